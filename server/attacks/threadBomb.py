# Idea: start threads without end, each with calls of its own that wait.
# Limits: threads=16 wallSeconds=20
import threading
import time

started = 0
try:
    while started < 3000:
        threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
        started += 1
    print("ESCAPED: no limit")
except Exception as error:
    print("refused after", started, type(error).__name__)
