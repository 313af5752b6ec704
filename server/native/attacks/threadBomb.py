"""More threads than allowed."""
import threading

release = threading.Event()
made = 0
try:
    while made < 1000:
        threading.Thread(target=release.wait, daemon=True).start()
        made += 1
except RuntimeError as error:
    print("stopped after", made, error, flush=True)
release.set()
