"""Threads that are at work while a block runs."""
import threading


class Load:
    """Each of the functions runs in a thread of its own; at the end of the block they find `stop_now` set, and are waited for."""

    def __init__(self, *works):
        self.stop_now, self.threads = threading.Event(), [threading.Thread(target=w) for w in works]

    def __enter__(self):
        for t in self.threads:
            t.start()
        return self

    def __exit__(self, *_):
        self.stop_now.set()
        for t in self.threads:
            t.join()
