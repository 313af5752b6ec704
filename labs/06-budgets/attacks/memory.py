print("growing", flush=True)
kept = []
try:
    while True:
        kept.append(b"x" * 1_000_000)
except MemoryError:
    got = len(kept)
    del kept
    print("TOO MUCH:" if got > {{heap}} * 1.5 else "refused after", got, "MB")
