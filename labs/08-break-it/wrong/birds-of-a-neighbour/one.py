print("The bird is called puffin-lemon-kiln.")
