# write() is not the only call that makes a file longer.
import os

folder = "/tmp/{{folder}}"
far = {{bytes}} * 10


def fresh():
    return os.open(f"{folder}/long.bin", os.O_RDWR | os.O_CREAT | os.O_TRUNC)


def by_name():
    os.close(fresh())
    os.truncate(f"{folder}/long.bin", far)


def beyond():
    file = fresh()
    os.lseek(file, far, os.SEEK_SET)
    os.write(file, b"x")


roads = [
    lambda: os.ftruncate(fresh(), far),
    by_name,
    lambda: os.pwrite(fresh(), b"x", far),
    beyond,
    lambda: os.pwrite(fresh(), b"x" * far, 0),
]
os.makedirs(folder, exist_ok=True)
for road in roads:
    try:
        road()
    except OSError as error:
        print(error)
    try:
        if os.path.getsize(f"{folder}/long.bin") > {{bytes}}:
            print("GREW")
        os.remove(f"{folder}/long.bin")
    except OSError as error:
        print(error)
