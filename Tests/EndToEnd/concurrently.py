"""Scenarios that mostly wait: all of a module's start at once, and each test takes the outcome of its own."""

import concurrent.futures


class Outcomes:
    """Runs functions in threads of their own; a test that asks for one gets its result, or its failure."""

    def __init__(self, scenarios):
        self.pool = concurrent.futures.ThreadPoolExecutor(len(scenarios))
        self.futures = {name: self.pool.submit(run) for name, run in scenarios.items()}

    def of(self, name, seconds=120):
        return self.futures[name].result(seconds)

    def close(self):
        self.pool.shutdown(wait=True, cancel_futures=True)
