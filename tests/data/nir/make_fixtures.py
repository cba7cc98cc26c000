#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the small NIR files of this folder: every node type, every oddity seen in published files, and what must be
refused. Needs h5py and numpy: /usr/bin/python3 make_fixtures.py [folder]"""
import os
import sys

import h5py
import numpy as np

TEXT = h5py.string_dtype()
F32, F64 = np.float32, np.float64


def put(group, name, value, **how):
    if isinstance(value, str):
        group.create_dataset(name, data=value, dtype=TEXT)
    elif isinstance(value, dict):
        inner = group.create_group(name)
        for key, v in value.items():
            put(inner, key, v, **how)
    elif isinstance(value, h5py.Empty):
        group.create_dataset(name, data=value)
    else:
        array = np.asarray(value)
        group.create_dataset(name, data=array, **(how if array.ndim and array.dtype.kind != "O" else {}))


def put_edges(group, edges):
    if edges:
        group.create_dataset("edges", data=np.array(edges, dtype=object), dtype=TEXT)
    else:
        group.create_dataset("edges", data=np.zeros((0,)))


def put_node(nodes, name, type_, parameters, **how):
    group = nodes.create_group(name)
    put(group, "type", type_)
    for key, value in parameters.items():
        put(group, key, value, **how)
    return group


def put_graph(group, nodes, edges, **how):
    put(group, "type", "NIRGraph")
    folder = group.create_group("nodes")
    for name, (type_, parameters) in nodes.items():
        if type_ == "NIRGraph":
            put_graph(folder.create_group(name), *parameters, **how)
        else:
            put_node(folder, name, type_, parameters, **how)
    put_edges(group, edges)


def write(name, nodes, edges, version="1.0.7", libver="latest", after=None, **how):
    with h5py.File(os.path.join(FOLDER, name), "w", libver=libver) as f:
        if version is not None:
            put(f, "version", version)
        put_graph(f.create_group("node"), nodes, edges, **how)
        if after:
            after(f)


def shape(*extents):
    return {"shape": np.array(extents)}


def lif(n=1, **other):
    p = {"tau": np.full(n, 0.0025, F32), "r": np.ones(n, F32), "v_leak": np.zeros(n, F32),
         "v_threshold": np.full(n, 0.1, F32), "v_reset": np.zeros(n, F32)}
    return {**p, **other}


def conv2d(out, in_, k, input_shape, **other):
    w = (np.arange(out * in_ * k * k, dtype=F32).reshape(out, in_, k, k) % 7 - 3) / 4
    p = {"input_shape": None if input_shape is None else np.array(input_shape), "weight": w, "stride": np.array([1, 1]), "padding": np.array([1, 1]),
         "dilation": np.array([1, 1]), "groups": 1, "bias": np.zeros(out, F32)}
    p.update(other)
    return {k: v for k, v in p.items() if v is not None}


def chain(*names):
    return list(zip(names, names[1:]))


def all_nodes():
    n4 = np.ones(4, F32)
    nodes = {
        "input": ("Input", shape(2, 8, 8)),
        "conv": ("Conv2d", conv2d(4, 2, 3, (8, 8))),
        "if": ("IF", {"r": np.ones((4, 8, 8), F32), "v_threshold": np.ones((4, 8, 8), F32),
                      "v_reset": np.zeros((4, 8, 8), F32)}),
        "sum": ("SumPool2d", {"kernel_size": np.array([2, 2]), "stride": np.array([2, 2]),
                              "padding": np.array([0, 0])}),
        "avg": ("AvgPool2d", {"kernel_size": np.array([2, 2]), "stride": np.array([2, 2]),
                              "padding": np.array([0, 0])}),
        "flat": ("Flatten", {"start_dim": 0, "end_dim": -1, "input_type": np.array([4, 2, 2])}),
        "affine": ("Affine", {"weight": np.arange(64, dtype=F32).reshape(4, 16) / 32, "bias": np.arange(4, dtype=F32)}),
        "lif": ("LIF", lif(4)),
        "linear": ("Linear", {"weight": np.eye(4, dtype=F64)}),
        "cuba": ("CubaLIF", {"tau_syn": 0.005 * n4, "tau_mem": 0.01 * n4, "r": n4, "v_leak": 0 * n4,
                             "v_threshold": n4, "v_reset": 0 * n4, "w_in": n4}),
        "scale": ("Scale", {"scale": 2 * n4}),
        "li": ("LI", {"tau": 0.01 * n4, "r": n4, "v_leak": 0 * n4}),
        "threshold": ("Threshold", {"threshold": 0.25 * n4}),
        "delay": ("Delay", {"delay": 0.0003 * n4}),
        "i": ("I", {"r": n4}),
        "cubali": ("CubaLI", {"tau_syn": 0.005 * n4, "tau_mem": 0.01 * n4, "r": n4, "v_leak": 0 * n4, "w_in": n4}),
        "output": ("Output", shape(4)),
    }

    def metadata(f):
        put(f["node"].create_group("metadata"), "author", "fixture")
        put(f["node/nodes/lif"].create_group("metadata"), "note", {"depth": 2, "list": np.array([1.5, 2.5])})
        f["node/nodes/lif"].attrs["observed"] = np.array([1, 2, 3])

    write("all_nodes.nir", nodes, chain(*nodes), after=metadata, compression="gzip")


def traps():
    one = {"input": ("Input", shape(1)), "lif": ("LIF", lif()), "output": ("Output", shape(1))}
    old = {k: v for k, v in lif().items() if k != "v_reset"}
    write("old_names.nir", {"input": ("Input", shape(1)), "0": ("Affine", {"weight": np.ones((1, 1), F32),
          "bias": np.zeros(1, F32)}), "lif1.lif": ("LIF", old), "output": ("Output", shape(1))},
          [("input", "0"), ("0", "lif1.lif"), ("lif1.lif", "output")], version="0.1.1", libver="earliest")
    write("output_shape.nir", {**one, "output": ("Output", shape(1, 1, 1))}, chain(*one), version="0.2.0")
    write("output_mismatch.nir", {**one, "output": ("Output", shape(3))}, chain(*one))
    write("no_version.nir", one, chain(*one), version=None)
    write("scalars.nir", {"input": ("Input", shape(3)), "lif": ("LIF", {k: F64(v[0]) for k, v in lif().items()}),
                          "output": ("Output", shape(3))}, chain("input", "lif", "output"))
    write("conv1d.nir", {"input": ("Input", shape(2, 9)), "conv": ("Conv1d", {
        "weight": np.arange(18, dtype=F32).reshape(3, 2, 3), "stride": 1, "padding": "same", "dilation": 2,
        "groups": 1, "bias": np.array([0.5, 0, 0], F32)}), "valid": ("Conv1d", {
            "input_shape": h5py.Empty("i8"), "weight": np.ones((3, 1, 2), F32), "stride": np.array([2]),
            "padding": "valid", "dilation": np.array([1]), "groups": 3, "bias": np.zeros(3, F32)}),
        "output": ("Output", shape(3, 4))}, chain("input", "conv", "valid", "output"))
    write("no_input_shape.nir", {"input": ("Input", shape(2, 5, 5)), "conv": ("Conv2d", conv2d(
        3, 2, 3, None, stride=np.array(2), padding=np.array(1), groups=np.array([1]))),
        "output": ("Output", shape(3, 3, 3))}, chain("input", "conv", "output"))
    write("wrong_input_shape.nir", {"input": ("Input", shape(2, 5, 5)), "conv": ("Conv2d", conv2d(3, 2, 3, (6, 5))),
          "output": ("Output", shape(3, 5, 5))}, chain("input", "conv", "output"))
    n2 = np.ones(2, F32)
    cuba = {"tau_syn": 0.001 * n2, "tau_mem": 0.002 * n2, "r": n2, "v_leak": 0 * n2, "v_threshold": 0.5 * n2,
            "w_in": n2}
    write("recurrent.nir", {"input": ("Input", shape(2)), "lif1.lif": ("CubaLIF", cuba), "lif1.w_rec": ("Linear", {
        "weight": np.array([[0, 1.5], [-0.5, 0]], F32)}), "output": ("Output", shape(2))},
        [("input", "lif1.lif"), ("lif1.lif", "lif1.w_rec"), ("lif1.w_rec", "lif1.lif"), ("lif1.lif", "output")])
    inner = ({"input": ("Input", shape(1)), "lif1": ("LIF", lif()), "output": ("Output", shape(1))},
             chain("input", "lif1", "output"))
    write("nested.nir", {"input": ("Input", shape(1)), "sub": ("NIRGraph", inner), "output": ("Output", shape(1))},
          chain("input", "sub", "output"))
    wrong = (inner[0], [("input", "lif"), ("lif", "output")])
    write("dangling.nir", {"input": ("Input", shape(1)), "sub": ("NIRGraph", wrong), "output": ("Output", shape(1))},
          chain("input", "sub", "output"))
    hot = lif(v_leak=np.full(1, 0.2, F32))
    write("self_spiking.nir", {"lif1": ("LIF", hot), "w": ("Linear", {"weight": np.array([[2.0]])}),
                               "lif2": ("LIF", lif()), "output": ("Output", shape(1))},
          chain("lif1", "w", "lif2", "output"))
    write("sum_of_edges.nir", {"a": ("Input", shape(2)), "s": ("Scale", {"scale": np.array([3.0, 5.0])}),
                               "lif": ("LI", {"tau": np.array(0.001), "r": np.array(1.0), "v_leak": np.array(0.0)}),
                               "output": ("Output", shape(2))},
          [("a", "s"), ("a", "lif"), ("s", "lif"), ("lif", "output")])

    def odd_types(f):
        node = f["node/nodes/lif"]
        for name, stored in {"tau": ">f8", "r": "<f2", "v_leak": "<u1"}.items():
            value = node[name][()]
            del node[name]
            node.create_dataset(name, data=value.astype(stored))
        del node["type"], f["version"]
        node.create_dataset("type", data=np.bytes_("LIF"))
        spaces = h5py.h5t.C_S1.copy()
        spaces.set_size(9)
        spaces.set_strpad(h5py.h5t.STR_SPACEPAD)
        version = h5py.h5d.create(f.id, b"version", spaces, h5py.h5s.create(h5py.h5s.SCALAR))
        version.write(h5py.h5s.ALL, h5py.h5s.ALL, np.array(b"0.2.0    ", dtype="S9"), mtype=spaces)
        data = f["node"].create_group("metadata")
        data["flag"], data["flags"] = True, np.array([[True, False]])
        data["nothing"] = h5py.Empty("f4")
        data["bytes"] = np.array([b"ab", b"abc"], dtype="S5")
        data["big"] = np.array([2**64 - 1], dtype=">u8")
        data["none"] = np.zeros((0, 3), np.int16)
        data["umlaut"] = "Zürich"

    write("odd_types.nir", one, chain(*one), after=odd_types)


def refused():
    one = {"input": ("Input", shape(1)), "lif": ("LIF", lif()), "output": ("Output", shape(1))}
    edges = chain(*one)

    def bad(name, node, after=None):
        write(name, {**one, "lif": node}, edges, after=after)

    bad("unknown_type.nir", ("ALIF", lif()))
    bad("unknown_extension.nir", ("ranvier.LayerNorn", {}))
    bad("unknown_parameter.nir", ("LIF", {**lif(), "v_treshold": np.ones(1)}))
    bad("missing_parameter.nir", ("LIF", {"tau": np.ones(1), "r": np.ones(1), "v_leak": np.zeros(1)}))
    bad("tau_zero.nir", ("LIF", lif(tau=np.zeros(1))))
    bad("not_finite.nir", ("LIF", lif(r=np.array([np.nan]))))
    bad("text_for_number.nir", ("LIF", lif(r="one")))
    bad("padding_word.nir", ("Conv2d", conv2d(3, 2, 3, (5, 5), padding="full")))
    bad("rank.nir", ("Conv2d", {**conv2d(3, 2, 3, (5, 5)), "weight": np.ones((3, 2, 3))}))

    def replace(path, make):
        def after(f):
            del f[path]
            make(f, path)
        return after

    write("no_edges.nir", one, edges, after=lambda f: f["node"].__delitem__("edges"))
    write("no_node.nir", one, edges, after=lambda f: f.move("node", "nodes"))
    write("not_a_graph.nir", one, edges, after=replace("node/type", lambda f, p: put(f, p, "LIF")))
    write("edges_of_three.nir", one, edges, after=replace(
        "node/edges", lambda f, p: f.create_dataset(p, data=np.array([["a", "b", "c"]], dtype=object), dtype=TEXT)))
    write("soft_link.nir", one, edges, after=replace(
        "node/nodes/lif/r", lambda f, p: f.__setitem__(p, h5py.SoftLink("/node/nodes/lif/tau"))))
    write("external_link.nir", one, edges, after=replace(
        "node/nodes/lif/r", lambda f, p: f.__setitem__(p, h5py.ExternalLink("scalars.nir", "/node/nodes/lif/r"))))
    write("compound.nir", one, edges, after=replace("node/nodes/lif/r", lambda f, p: f.create_dataset(
        p, data=np.zeros(1, dtype=[("a", "f4"), ("b", "i4")]))))
    write("huge.nir", one, edges, after=replace("node/nodes/lif/r", lambda f, p: f.create_dataset(
        p, shape=(2**40,), dtype="f4", chunks=(1024,))))
    write("loop.nir", one, edges, after=lambda f: f["node/nodes"].__setitem__("again", f["node"]))


FOLDER = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
all_nodes()
traps()
refused()
