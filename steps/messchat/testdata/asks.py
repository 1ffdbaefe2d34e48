"""Asks for its port and its user's name, and listens: asks.py SECONDS, which is how
long after it has begun to wait it says for what."""
import socket
import sys
import threading

LATER = float(sys.argv[1])


def ask(prompt):
    timer = threading.Timer(LATER, lambda: print(prompt, end="", flush=True))
    timer.start()
    answer = sys.stdin.readline()
    timer.join()
    return answer.strip()


port = ask("Port (8000): ")
name = ask("Your name: ")
server = socket.create_server(("127.0.0.1", int(port)))
print("hello,", name, flush=True)
server.accept()
