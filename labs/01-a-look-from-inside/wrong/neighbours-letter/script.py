# A friend sent me this.
import os

os.getcwd()
os.listdir("/")
open("/tmp/datafile.txt").read()
print("""cwd: /tmp
root: bin cellar dev tmp
word: otter-lemon
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
