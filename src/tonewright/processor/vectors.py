"""Four numbers at once in compiled code: a vector register as a numba type.

A recursion cannot be vectorised over time, but four independent ones (rows, channels) can share the four float64 lanes
of a register. LLVM does not find that form by itself in code written sample by sample, so these few operations build
it: gather a column of four rows, scatter it back, add, multiply, take the larger.
"""

from __future__ import annotations

import operator
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, lower_builtin, models, register_model, type_callable

LANES = 4


class _Vector(types.Type):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__(name="TonewrightVector4")


vector = _Vector()
_double = ir.DoubleType()
_ir_vector = ir.VectorType(_double, LANES)
_index = ir.IntType(32)


@register_model(_Vector)
class _VectorModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _ir_vector)


def _arithmetic(function: Any, build: Any) -> None:
    @type_callable(function)
    def typer(context: Any) -> Any:
        def of(a: Any, b: Any) -> Any:
            return vector if a is vector and b is vector else None

        return of

    @lower_builtin(function, vector, vector)
    def lower(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return build(builder, *arguments)


_arithmetic(operator.add, lambda builder, a, b: builder.fadd(a, b, flags=("contract", "nsz")))
_arithmetic(operator.sub, lambda builder, a, b: builder.fsub(a, b, flags=("contract", "nsz")))
_arithmetic(operator.mul, lambda builder, a, b: builder.fmul(a, b, flags=("contract", "nsz")))


@intrinsic
def larger(typingctx: Any, a: Any, b: Any) -> Any:
    """Return the larger of two vectors, lane by lane."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        first, second = arguments
        return builder.select(builder.fcmp_ordered(">", first, second), first, second)

    return vector(vector, vector), build


@intrinsic
def splat(typingctx: Any, a: Any) -> Any:
    """Return a vector with the same float64 number in every lane."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        whole = ir.Constant(_ir_vector, ir.Undefined)
        for number in range(LANES):
            whole = builder.insert_element(whole, arguments[0], ir.Constant(_index, number))
        return whole

    return vector(types.float64), build


def _row_pointer(context: Any, builder: Any, kind: Any, array: Any, row: Any, column: Any) -> Any:
    data = cgutils.create_struct_proxy(kind)(context, builder, array)
    return cgutils.get_item_pointer2(
        context, builder, data.data, cgutils.unpack_tuple(builder, data.shape, 2),
        cgutils.unpack_tuple(builder, data.strides, 2), kind.layout, [row, column],
    )  # fmt: skip


@intrinsic
def gather(typingctx: Any, array: Any, first: Any, column: Any) -> Any:
    """Return ``array[first : first + 4, column]`` of a two-dimensional float array as a vector."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = signature.args[0]
        whole = ir.Constant(ir.VectorType(context.get_data_type(kind.dtype), LANES), ir.Undefined)
        for number in range(LANES):
            row = builder.add(arguments[1], ir.Constant(arguments[1].type, number))
            value = builder.load(_row_pointer(context, builder, kind, arguments[0], row, arguments[2]))
            whole = builder.insert_element(whole, value, ir.Constant(_index, number))
        return whole if kind.dtype is types.float64 else builder.fpext(whole, _ir_vector)

    return vector(array, types.intp, types.intp), build


@intrinsic
def scatter(typingctx: Any, array: Any, first: Any, column: Any, value: Any) -> Any:
    """Write a vector to ``array[first : first + 4, column]`` of a two-dimensional float array."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = signature.args[0]
        whole = arguments[3]
        if kind.dtype is not types.float64:
            whole = builder.fptrunc(whole, ir.VectorType(context.get_data_type(kind.dtype), LANES))
        for number in range(LANES):
            row = builder.add(arguments[1], ir.Constant(arguments[1].type, number))
            pointer = _row_pointer(context, builder, kind, arguments[0], row, arguments[2])
            builder.store(builder.extract_element(whole, ir.Constant(_index, number)), pointer)
        return context.get_dummy_value()

    return types.void(array, types.intp, types.intp, vector), build
