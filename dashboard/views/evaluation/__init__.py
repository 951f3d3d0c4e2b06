"""The parts of the Evaluation page: each draws one question's answer."""
