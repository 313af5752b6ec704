# Start the prompt (REPL in the toolbar) and type these lines one by one.
# Or run this file, which types them for you.
LINES = """
import os
os.getcwd()
os.listdir('/')
os.listdir('/tmp')
open('/tmp/datafile.txt').read()
open('/tmp/newfile.txt', 'w+')
open('/tmp/datafile.txt', 'a+')
os.system('rm -rf /tmp')
""".strip().splitlines()

scope = {}
for line in LINES:
    print(">>>>", line)
    try:
        result = eval(line, scope) if not line.startswith("import") else exec(line, scope)
        if result is not None:
            print(repr(result))
    except Exception as error:
        print(f"{type(error).__name__}: {error}")
