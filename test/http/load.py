"""Threads that are at work while a block runs."""
import threading


class Load:
    """Each of the functions runs in a thread of its own; at the end of the block they find `stop_now` set, are waited for, and none may have failed."""

    def __init__(self, *works):
        self.stop_now, self.failures = threading.Event(), []
        self.threads = [threading.Thread(target=self.run, args=[w]) for w in works]

    def run(self, work):
        try:
            work()
        except Exception as e:
            self.failures.append(e)

    def __enter__(self):
        for t in self.threads:
            t.start()
        return self

    def __exit__(self, *raised):
        self.stop_now.set()
        for t in self.threads:
            t.join()
        if self.failures and raised[0] is None:
            raise self.failures[0]
