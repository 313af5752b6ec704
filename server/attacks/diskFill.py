# Idea: fill the virtual disk, by bytes, by holes, by names, by depth, by links, by files that have no name any more.
import os
import shutil

held = []


def clean():
    os.chdir("/tmp")
    while held:
        os.close(held.pop())
    shutil.rmtree("all", ignore_errors=True)
    os.truncate("script.py", 100)
    os.mkdir("all")
    os.chdir("all")


def until_refused(name, step, most):
    clean()
    n, how = 0, "ESCAPED: no limit"
    try:
        for n in range(most):
            step(n)
    except OSError as error:
        how = error.errno
    print(name, n, how)


def whole(n):
    with open("b%d" % n, "wb") as file:
        file.write(bytes(1 << 22))


def unnamed(n):
    held.append(os.open("u", os.O_CREAT | os.O_RDWR))
    os.unlink("u")
    os.write(held[-1], bytes(1 << 20))


def deeper(n):
    os.mkdir("x")
    os.chdir("x")


until_refused("bytes", whole, 1000)
until_refused("holes", lambda n: os.truncate("../script.py", 1 << (20 + n)), 43)
until_refused("unnamed", unnamed, 1000)
until_refused("names", lambda n: os.close(os.open("n%d" % n, os.O_CREAT)), 100000)
until_refused("links", lambda n: os.symlink("x" * 4000, "l%d" % n), 100000)
until_refused("hard", lambda n: os.link("../script.py", "h%d" % n), 100000)
until_refused("depth", deeper, 100000)
