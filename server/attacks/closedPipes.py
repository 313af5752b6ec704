# Idea: fill pipes, put them into waiting lists and close them: their bytes stay behind, counted by no quota.
import os
import select

total = 0
for waiting in [select.epoll() for _ in range(120)]:
    ends = []
    while True:
        try:
            pair = os.pipe()
        except OSError:
            break
        os.write(pair[1], b"x" * 65536)
        for end in pair:
            waiting.register(end, 0)
        ends += pair
        total += 1
    for end in ends:
        os.close(end)
print("closed", total, flush=True)
