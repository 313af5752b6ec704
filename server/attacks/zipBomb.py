# Idea: a small archive that unpacks to more than there is, in memory and on the virtual disk.
# Limits: heapBytes=100663296 wallSeconds=30 cpuSeconds=20
import io
import lzma
import zipfile
import zlib

packed = zlib.compress(bytes(1 << 24), 9)
bomb = io.BytesIO()
with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("../../../../etc/planted", b"x")
    for n in range(40):
        archive.writestr("zeros%d" % n, bytes(1 << 22))
for unpack in (
    lambda: [zlib.decompress(packed) for _ in range(100)],
    lambda: zipfile.ZipFile(bomb).extractall("/tmp/unpacked"),
    lambda: lzma.decompress(lzma.compress(bytes(1 << 26))) * 10,
):
    try:
        unpack()
        print("ESCAPED: all of it")
    except (MemoryError, OSError) as error:
        print("refused", type(error).__name__, flush=True)
