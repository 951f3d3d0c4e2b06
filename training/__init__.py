"""Labelled photos -> ONNX artifacts. Runs offline; the dashboard never imports it."""

#: All models. The first of them that is trained is used unless another is asked for.
MODELS = ("embedding", "gradients", "eigenfaces")
