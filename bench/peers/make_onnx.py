"""make_onnx.py FOLDER SIZES…: writes FOLDER/net.onnx, the net with its initial weights, logits out, any batch."""

import os
import sys

import onnx
from onnx import TensorProto, helper, numpy_helper
from protocol import problem

dir, sizes = sys.argv[1], [int(size) for size in sys.argv[2:]]
_, _, layers = problem(dir, sizes)
nodes, weights, h = [], [], "x"
for i, (W, b) in enumerate(layers, 1):
    weights += [numpy_helper.from_array(W, f"W{i}"), numpy_helper.from_array(b, f"b{i}")]
    nodes.append(helper.make_node("Gemm", [h, f"W{i}", f"b{i}"], [f"z{i}"], transB=1))
    h = f"z{i}"
    if i < len(layers):
        nodes.append(helper.make_node("Relu", [h], [f"h{i}"]))
        h = f"h{i}"
value = lambda name, width: helper.make_tensor_value_info(name, TensorProto.FLOAT, ["rows", width])
graph = helper.make_graph(nodes, "net", [value("x", sizes[0])], [value(h, sizes[-1])], weights)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
onnx.checker.check_model(model)
onnx.save(model, os.path.join(dir, "net.onnx"))
