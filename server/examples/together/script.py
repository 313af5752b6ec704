# Several things at once, without another process. In the trace the column
# "thread" says who asked (filter: thread:2).
import asyncio
import threading
import time

began = time.monotonic()


def say(text):
    print(f"{time.monotonic() - began:5.2f} s  {text}")


async def cook(dish, seconds):
    say(f"{dish}: started")
    await asyncio.sleep(seconds)
    say(f"{dish}: done")
    return dish


async def dinner():
    dishes = await asyncio.gather(cook("soup", 0.6), cook("bread", 0.3), cook("tea", 0.1))
    say(f"on the table: {', '.join(dishes)}")


asyncio.run(dinner())

lock = threading.Lock()
total = 0


def count(number):
    global total
    for _ in range(3):
        time.sleep(0.05)
        with lock:
            total += number
            say(f"thread {number}: total is {total}")


threads = [threading.Thread(target=count, args=(number,)) for number in (1, 10, 100)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
say(f"333 expected, {total} counted")
