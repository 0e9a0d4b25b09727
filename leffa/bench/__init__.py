"""What a picture costs, the published way and ours: operations counted, time and memory measured."""
