"""What a visitor's own browser runs in place of this runtime: graphs, rules, ONNX Runtime Web."""
