# Runs one of your three attacks. Which?
WHICH = "one"

with open(f"/tmp/{WHICH}.py") as attack:
    exec(compile(attack.read(), f"/tmp/{WHICH}.py", "exec"))
