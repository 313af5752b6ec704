# Idea: names of 120,000 characters that are all refused, so that each is kept and told in full.
for k in range(5000):
    try:
        open("/x/%d" % k + "a" * 120000, "w")
    except OSError:
        pass
print("refused", flush=True)
