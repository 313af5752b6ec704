import os

folder = "/tmp/{{folder}}"
os.makedirs(folder, exist_ok=True)
made = 0
for number in range({{count}} + 4):
    try:
        if number == 1:
            os.mkdir(f"{folder}/box")
        else:
            open(f"{folder}/{number}.txt", "w").close()
        made += 1
    except OSError as error:
        print(number, error)
for number in range(4):
    try:
        os.mkdir(f"{folder}/folder-{number}")
        made += 1
    except OSError as error:
        print(error)
print("made", made, "TOO MANY" if made > {{count}} else "")
