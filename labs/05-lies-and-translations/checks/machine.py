import os
import socket

print("gethostname", socket.gethostname())
print("uname", os.uname().nodename)
print("still", os.uname().sysname, os.getcwd())
