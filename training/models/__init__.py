"""What is trained: front ends, the pipeline behind them, and their way into one ONNX file."""

#: All models. The first of them that is trained is used unless another is asked for.
MODELS = ("embedding", "gradients", "eigenfaces")
