import os
import platform
import socket

print("gethostname", socket.gethostname())
print("uname", os.uname().nodename)
print("platform", platform.node())
print("still", os.uname().sysname, os.getcwd())
