import os

folder = "/tmp/{{folder}}"
os.makedirs(folder, exist_ok=True)
with open(f"{folder}/monday.txt", "w") as page:
    page.write("Rain.\n")
with open(f"{folder}/monday.txt", "a") as page:
    page.write("More rain.\n")
with open(f"{folder}/monday.txt") as page:
    assert page.read() == "Rain.\nMore rain.\n"

# By a name that is not the shortest.
os.chdir(folder)
with open("../{{folder}}/./tuesday.txt", "w") as page:
    page.write("Sun.\n")

os.mkdir("drafts")
with open("drafts/idea.txt", "w") as page:
    page.write("An umbrella.")
os.remove("drafts/idea.txt")
os.rmdir("drafts")
print("honest: done", sorted(os.listdir(folder)))
