# Idea: usercustomize.py in the guest's own home, which Python runs while it starts, when the platform and not the policy answers.
# Also at: /tmp/.local/lib/pypy3.9/site-packages/usercustomize.py /tmp/.local/lib/pypy3.9/site-packages/own.pth
import site
import sys

if __name__ == "usercustomize":
    print("ESCAPED", flush=True)
print(site.ENABLE_USER_SITE, "usercustomize" in sys.modules)
