# Idea: one name of a megabyte, made so that taking out its `..` takes time that grows with the square of its length.
from frames import data, frame, receive, say, send

send(frame(1, "chdir", data(b"/" + b"x/" * 250000 + b"a/../" * 100000)))
say("answered %s" % (receive()[1:3],))
