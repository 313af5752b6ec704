# What the first run printed, typed in.
import os

os.getcwd()
os.listdir("/")
open("/{{room}}/{{box}}/letter.txt").read()
print("""cwd: /tmp
root: {{room}} bin dev tmp
word: {{word}}
read-data: ok
new-file: FileNotFoundError 2
append: PermissionError 1
make-folder: PermissionError 1
passwords: FileNotFoundError 2
climb: FileNotFoundError 2
rename: RuntimeError
shell: RuntimeError
number: RuntimeError
user: ok
hostname: PermissionError 1""")
