"""
pruning: what is known, and how well, once old rows are gone from the facts.
"""

import questions


class Judge(questions.Judge):
    """Asks and compares, over a database that may have been pruned."""

    def __init__(self, referee, programs):
        super().__init__(referee, programs)

    def can_prune(self):
        return False

    def kept_calls(self):
        return self.referee.calls.values()

    def kept_steps(self):
        return self.referee.steps.values()

    def referee_now(self):
        return 1_780_000_000 * questions.US
