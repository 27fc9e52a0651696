// Made from bcr.proto by tools/generate.ts. Not to be edited.
/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

const $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error;

const $root = {};

export const Header = $root.Header = (() => {

    const Header = function (properties) {
        this.inputs = [];
        this.outputs = [];
        this.values = [];
        this.tensors = [];
        this.layers = [];
        this.sections = [];
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    Header.prototype.name = "";
    Header.prototype.inputs = $util.emptyArray;
    Header.prototype.outputs = $util.emptyArray;
    Header.prototype.values = $util.emptyArray;
    Header.prototype.tensors = $util.emptyArray;
    Header.prototype.layers = $util.emptyArray;
    Header.prototype.provenance = null;
    Header.prototype.plan = null;
    Header.prototype.recipe = null;
    Header.prototype.sections = $util.emptyArray;

    let $oneOfFields;

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(Header.prototype, "_plan", {
        get: $util.oneOfGetter($oneOfFields = ["plan"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(Header.prototype, "_recipe", {
        get: $util.oneOfGetter($oneOfFields = ["recipe"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    Header.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
            writer.uint32(10).string(message.name);
        if (message.inputs != null && message.inputs.length)
            for (let i = 0; i < message.inputs.length; ++i)
                $root.Value.encode(message.inputs[i], writer.uint32(18).fork(), _depth + 1).ldelim();
        if (message.outputs != null && message.outputs.length)
            for (let i = 0; i < message.outputs.length; ++i)
                $root.Value.encode(message.outputs[i], writer.uint32(26).fork(), _depth + 1).ldelim();
        if (message.values != null && message.values.length)
            for (let i = 0; i < message.values.length; ++i)
                $root.Value.encode(message.values[i], writer.uint32(34).fork(), _depth + 1).ldelim();
        if (message.tensors != null && message.tensors.length)
            for (let i = 0; i < message.tensors.length; ++i)
                $root.NamedTensor.encode(message.tensors[i], writer.uint32(42).fork(), _depth + 1).ldelim();
        if (message.layers != null && message.layers.length)
            for (let i = 0; i < message.layers.length; ++i)
                $root.Layer.encode(message.layers[i], writer.uint32(50).fork(), _depth + 1).ldelim();
        if (message.provenance != null && $Object.hasOwnProperty.call(message, "provenance"))
            $root.Provenance.encode(message.provenance, writer.uint32(58).fork(), _depth + 1).ldelim();
        if (message.plan != null && $Object.hasOwnProperty.call(message, "plan"))
            $root.Plan.encode(message.plan, writer.uint32(66).fork(), _depth + 1).ldelim();
        if (message.recipe != null && $Object.hasOwnProperty.call(message, "recipe"))
            $root.Recipe.encode(message.recipe, writer.uint32(74).fork(), _depth + 1).ldelim();
        if (message.sections != null && message.sections.length)
            for (let i = 0; i < message.sections.length; ++i)
                $root.Section.encode(message.sections[i], writer.uint32(82).fork(), _depth + 1).ldelim();
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    return Header;
})();

export const Section = $root.Section = (() => {

    const Section = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    Section.prototype.element = 0;
    Section.prototype.length = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
    Section.prototype.crc32 = 0;

    Section.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.element != null && $Object.hasOwnProperty.call(message, "element") && message.element !== 0)
            writer.uint32(8).int32(message.element);
        if (message.length != null && $Object.hasOwnProperty.call(message, "length") && (typeof message.length === "object" ? message.length.low || message.length.high : message.length !== 0))
            writer.uint32(16).uint64(message.length);
        if (message.crc32 != null && $Object.hasOwnProperty.call(message, "crc32") && message.crc32 !== 0)
            writer.uint32(29).fixed32(message.crc32);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    return Section;
})();

export const Element = $root.Element = (() => {
    const valuesById = $Object.create(null), values = $Object.create(valuesById);
    values[valuesById[0] = "ELEMENT_UNSPECIFIED"] = 0;
    values[valuesById[1] = "F32"] = 1;
    values[valuesById[2] = "F16"] = 2;
    values[valuesById[3] = "BF16"] = 3;
    values[valuesById[4] = "F64"] = 4;
    values[valuesById[5] = "I8"] = 5;
    values[valuesById[6] = "U8"] = 6;
    values[valuesById[7] = "I16"] = 7;
    values[valuesById[8] = "U16"] = 8;
    values[valuesById[9] = "I32"] = 9;
    values[valuesById[10] = "U32"] = 10;
    values[valuesById[11] = "I64"] = 11;
    values[valuesById[12] = "U64"] = 12;
    values[valuesById[13] = "BOOL"] = 13;
    return values;
})();

export const Dimension = $root.Dimension = (() => {

    const Dimension = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    Dimension.prototype.size = null;
    Dimension.prototype.symbol = null;

    let $oneOfFields;

    $Object.defineProperty(Dimension.prototype, "is", {
        get: $util.oneOfGetter($oneOfFields = ["size", "symbol"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    Dimension.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.size != null && $Object.hasOwnProperty.call(message, "size"))
            writer.uint32(8).uint64(message.size);
        if (message.symbol != null && $Object.hasOwnProperty.call(message, "symbol"))
            writer.uint32(18).string(message.symbol);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    return Dimension;
})();

export const Shape = $root.Shape = (() => {

    const Shape = function (properties) {
        this.dimensions = [];
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    Shape.prototype.dimensions = $util.emptyArray;

    Shape.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.dimensions != null && message.dimensions.length)
            for (let i = 0; i < message.dimensions.length; ++i)
                $root.Dimension.encode(message.dimensions[i], writer.uint32(10).fork(), _depth + 1).ldelim();
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    return Shape;
})();

export const Value = $root.Value = (() => {

    const Value = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    Value.prototype.name = "";
    Value.prototype.element = 0;
    Value.prototype.shape = null;

    let $oneOfFields;

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(Value.prototype, "_shape", {
        get: $util.oneOfGetter($oneOfFields = ["shape"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    Value.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
            writer.uint32(10).string(message.name);
        if (message.element != null && $Object.hasOwnProperty.call(message, "element") && message.element !== 0)
            writer.uint32(16).int32(message.element);
        if (message.shape != null && $Object.hasOwnProperty.call(message, "shape"))
            $root.Shape.encode(message.shape, writer.uint32(26).fork(), _depth + 1).ldelim();
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    return Value;
})();

export const NamedTensor = $root.NamedTensor = (() => {

    const NamedTensor = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    NamedTensor.prototype.name = "";
    NamedTensor.prototype.tensor = null;

    NamedTensor.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
            writer.uint32(10).string(message.name);
        if (message.tensor != null && $Object.hasOwnProperty.call(message, "tensor"))
            $root.Tensor.encode(message.tensor, writer.uint32(18).fork(), _depth + 1).ldelim();
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    return NamedTensor;
})();

export const Tensor = $root.Tensor = (() => {

    const Tensor = function (properties) {
        this.shape = [];
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    Tensor.prototype.element = 0;
    Tensor.prototype.shape = $util.emptyArray;
    Tensor.prototype.denseSection = null;
    Tensor.prototype.sparse = null;

    let $oneOfFields;

    $Object.defineProperty(Tensor.prototype, "is", {
        get: $util.oneOfGetter($oneOfFields = ["denseSection", "sparse"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    Tensor.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.element != null && $Object.hasOwnProperty.call(message, "element") && message.element !== 0)
            writer.uint32(8).int32(message.element);
        if (message.shape != null && message.shape.length)
            writer.uint32(18).uint64s(message.shape);
        if (message.denseSection != null && $Object.hasOwnProperty.call(message, "denseSection"))
            writer.uint32(24).uint32(message.denseSection);
        if (message.sparse != null && $Object.hasOwnProperty.call(message, "sparse"))
            $root.Sparse.encode(message.sparse, writer.uint32(34).fork(), _depth + 1).ldelim();
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    return Tensor;
})();

export const Sparse = $root.Sparse = (() => {

    const Sparse = function (properties) {
        this.matrices = [];
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    Sparse.prototype.view = null;
    Sparse.prototype.matrices = $util.emptyArray;

    Sparse.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.view != null && $Object.hasOwnProperty.call(message, "view"))
            $root.View.encode(message.view, writer.uint32(10).fork(), _depth + 1).ldelim();
        if (message.matrices != null && message.matrices.length)
            for (let i = 0; i < message.matrices.length; ++i)
                $root.Matrix.encode(message.matrices[i], writer.uint32(18).fork(), _depth + 1).ldelim();
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    return Sparse;
})();

export const View = $root.View = (() => {

    const View = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    View.prototype.count = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
    View.prototype.rows = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
    View.prototype.columns = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
    View.prototype.columnMajor = false;
    View.prototype.kernel = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

    View.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.count != null && $Object.hasOwnProperty.call(message, "count") && (typeof message.count === "object" ? message.count.low || message.count.high : message.count !== 0))
            writer.uint32(8).uint64(message.count);
        if (message.rows != null && $Object.hasOwnProperty.call(message, "rows") && (typeof message.rows === "object" ? message.rows.low || message.rows.high : message.rows !== 0))
            writer.uint32(16).uint64(message.rows);
        if (message.columns != null && $Object.hasOwnProperty.call(message, "columns") && (typeof message.columns === "object" ? message.columns.low || message.columns.high : message.columns !== 0))
            writer.uint32(24).uint64(message.columns);
        if (message.columnMajor != null && $Object.hasOwnProperty.call(message, "columnMajor") && message.columnMajor !== false)
            writer.uint32(32).bool(message.columnMajor);
        if (message.kernel != null && $Object.hasOwnProperty.call(message, "kernel") && (typeof message.kernel === "object" ? message.kernel.low || message.kernel.high : message.kernel !== 0))
            writer.uint32(40).uint64(message.kernel);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    return View;
})();

export const Matrix = $root.Matrix = (() => {

    const Matrix = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    Matrix.prototype.rows = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
    Matrix.prototype.columns = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
    Matrix.prototype.csr = null;
    Matrix.prototype.bcrc = null;
    Matrix.prototype.bcr = null;
    Matrix.prototype.pattern = null;

    let $oneOfFields;

    $Object.defineProperty(Matrix.prototype, "encoding", {
        get: $util.oneOfGetter($oneOfFields = ["csr", "bcrc", "bcr", "pattern"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    Matrix.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.rows != null && $Object.hasOwnProperty.call(message, "rows") && (typeof message.rows === "object" ? message.rows.low || message.rows.high : message.rows !== 0))
            writer.uint32(8).uint64(message.rows);
        if (message.columns != null && $Object.hasOwnProperty.call(message, "columns") && (typeof message.columns === "object" ? message.columns.low || message.columns.high : message.columns !== 0))
            writer.uint32(16).uint64(message.columns);
        if (message.csr != null && $Object.hasOwnProperty.call(message, "csr"))
            $root.Csr.encode(message.csr, writer.uint32(26).fork(), _depth + 1).ldelim();
        if (message.bcrc != null && $Object.hasOwnProperty.call(message, "bcrc"))
            $root.Bcrc.encode(message.bcrc, writer.uint32(34).fork(), _depth + 1).ldelim();
        if (message.bcr != null && $Object.hasOwnProperty.call(message, "bcr"))
            $root.Bcr.encode(message.bcr, writer.uint32(42).fork(), _depth + 1).ldelim();
        if (message.pattern != null && $Object.hasOwnProperty.call(message, "pattern"))
            $root.Pattern.encode(message.pattern, writer.uint32(50).fork(), _depth + 1).ldelim();
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    return Matrix;
})();

export const Csr = $root.Csr = (() => {

    const Csr = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    Csr.prototype.rowOffsetSection = 0;
    Csr.prototype.columnSection = 0;
    Csr.prototype.payloadSection = 0;

    Csr.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.rowOffsetSection != null && $Object.hasOwnProperty.call(message, "rowOffsetSection") && message.rowOffsetSection !== 0)
            writer.uint32(8).uint32(message.rowOffsetSection);
        if (message.columnSection != null && $Object.hasOwnProperty.call(message, "columnSection") && message.columnSection !== 0)
            writer.uint32(16).uint32(message.columnSection);
        if (message.payloadSection != null && $Object.hasOwnProperty.call(message, "payloadSection") && message.payloadSection !== 0)
            writer.uint32(24).uint32(message.payloadSection);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    return Csr;
})();

export const Bcrc = $root.Bcrc = (() => {

    const Bcrc = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    Bcrc.prototype.reorderSection = 0;
    Bcrc.prototype.rowOffsetSection = 0;
    Bcrc.prototype.occurrenceSection = 0;
    Bcrc.prototype.columnStrideSection = 0;
    Bcrc.prototype.compactColumnSection = 0;
    Bcrc.prototype.payloadSection = 0;

    Bcrc.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.reorderSection != null && $Object.hasOwnProperty.call(message, "reorderSection") && message.reorderSection !== 0)
            writer.uint32(8).uint32(message.reorderSection);
        if (message.rowOffsetSection != null && $Object.hasOwnProperty.call(message, "rowOffsetSection") && message.rowOffsetSection !== 0)
            writer.uint32(16).uint32(message.rowOffsetSection);
        if (message.occurrenceSection != null && $Object.hasOwnProperty.call(message, "occurrenceSection") && message.occurrenceSection !== 0)
            writer.uint32(24).uint32(message.occurrenceSection);
        if (message.columnStrideSection != null && $Object.hasOwnProperty.call(message, "columnStrideSection") && message.columnStrideSection !== 0)
            writer.uint32(32).uint32(message.columnStrideSection);
        if (message.compactColumnSection != null && $Object.hasOwnProperty.call(message, "compactColumnSection") && message.compactColumnSection !== 0)
            writer.uint32(40).uint32(message.compactColumnSection);
        if (message.payloadSection != null && $Object.hasOwnProperty.call(message, "payloadSection") && message.payloadSection !== 0)
            writer.uint32(48).uint32(message.payloadSection);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    return Bcrc;
})();

export const Bcr = $root.Bcr = (() => {

    const Bcr = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    Bcr.prototype.blockRows = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
    Bcr.prototype.blockColumns = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
    Bcr.prototype.presentSection = null;
    Bcr.prototype.rowMaskSection = null;
    Bcr.prototype.columnMaskSection = null;
    Bcr.prototype.payloadSection = 0;

    let $oneOfFields;

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(Bcr.prototype, "_presentSection", {
        get: $util.oneOfGetter($oneOfFields = ["presentSection"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(Bcr.prototype, "_rowMaskSection", {
        get: $util.oneOfGetter($oneOfFields = ["rowMaskSection"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(Bcr.prototype, "_columnMaskSection", {
        get: $util.oneOfGetter($oneOfFields = ["columnMaskSection"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    Bcr.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.blockRows != null && $Object.hasOwnProperty.call(message, "blockRows") && (typeof message.blockRows === "object" ? message.blockRows.low || message.blockRows.high : message.blockRows !== 0))
            writer.uint32(8).uint64(message.blockRows);
        if (message.blockColumns != null && $Object.hasOwnProperty.call(message, "blockColumns") && (typeof message.blockColumns === "object" ? message.blockColumns.low || message.blockColumns.high : message.blockColumns !== 0))
            writer.uint32(16).uint64(message.blockColumns);
        if (message.presentSection != null && $Object.hasOwnProperty.call(message, "presentSection"))
            writer.uint32(24).uint32(message.presentSection);
        if (message.rowMaskSection != null && $Object.hasOwnProperty.call(message, "rowMaskSection"))
            writer.uint32(32).uint32(message.rowMaskSection);
        if (message.columnMaskSection != null && $Object.hasOwnProperty.call(message, "columnMaskSection"))
            writer.uint32(40).uint32(message.columnMaskSection);
        if (message.payloadSection != null && $Object.hasOwnProperty.call(message, "payloadSection") && message.payloadSection !== 0)
            writer.uint32(48).uint32(message.payloadSection);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    return Bcr;
})();

export const Pattern = $root.Pattern = (() => {

    const Pattern = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    Pattern.prototype.kernel = 0;
    Pattern.prototype.idBits = 0;
    Pattern.prototype.patternsSection = 0;
    Pattern.prototype.idsSection = 0;
    Pattern.prototype.payloadSection = 0;

    Pattern.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.kernel != null && $Object.hasOwnProperty.call(message, "kernel") && message.kernel !== 0)
            writer.uint32(8).uint32(message.kernel);
        if (message.idBits != null && $Object.hasOwnProperty.call(message, "idBits") && message.idBits !== 0)
            writer.uint32(16).uint32(message.idBits);
        if (message.patternsSection != null && $Object.hasOwnProperty.call(message, "patternsSection") && message.patternsSection !== 0)
            writer.uint32(24).uint32(message.patternsSection);
        if (message.idsSection != null && $Object.hasOwnProperty.call(message, "idsSection") && message.idsSection !== 0)
            writer.uint32(32).uint32(message.idsSection);
        if (message.payloadSection != null && $Object.hasOwnProperty.call(message, "payloadSection") && message.payloadSection !== 0)
            writer.uint32(40).uint32(message.payloadSection);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    return Pattern;
})();

export const Layer = $root.Layer = (() => {

    const Layer = function (properties) {
        this.inputs = [];
        this.outputs = [];
        this.attributes = [];
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    Layer.prototype.name = "";
    Layer.prototype.operator = "";
    Layer.prototype.domain = "";
    Layer.prototype.inputs = $util.emptyArray;
    Layer.prototype.outputs = $util.emptyArray;
    Layer.prototype.attributes = $util.emptyArray;
    Layer.prototype.activation = null;
    Layer.prototype.scheme = null;
    Layer.prototype.tuning = null;
    Layer.prototype.origin = null;

    let $oneOfFields;

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(Layer.prototype, "_activation", {
        get: $util.oneOfGetter($oneOfFields = ["activation"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(Layer.prototype, "_scheme", {
        get: $util.oneOfGetter($oneOfFields = ["scheme"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(Layer.prototype, "_tuning", {
        get: $util.oneOfGetter($oneOfFields = ["tuning"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(Layer.prototype, "_origin", {
        get: $util.oneOfGetter($oneOfFields = ["origin"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    Layer.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
            writer.uint32(10).string(message.name);
        if (message.operator != null && $Object.hasOwnProperty.call(message, "operator") && message.operator !== "")
            writer.uint32(18).string(message.operator);
        if (message.domain != null && $Object.hasOwnProperty.call(message, "domain") && message.domain !== "")
            writer.uint32(26).string(message.domain);
        if (message.inputs != null && message.inputs.length)
            for (let i = 0; i < message.inputs.length; ++i)
                writer.uint32(34).string(message.inputs[i]);
        if (message.outputs != null && message.outputs.length)
            for (let i = 0; i < message.outputs.length; ++i)
                writer.uint32(42).string(message.outputs[i]);
        if (message.attributes != null && message.attributes.length)
            for (let i = 0; i < message.attributes.length; ++i)
                $root.NamedAttribute.encode(message.attributes[i], writer.uint32(50).fork(), _depth + 1).ldelim();
        if (message.activation != null && $Object.hasOwnProperty.call(message, "activation"))
            $root.Activation.encode(message.activation, writer.uint32(58).fork(), _depth + 1).ldelim();
        if (message.scheme != null && $Object.hasOwnProperty.call(message, "scheme"))
            $root.Scheme.encode(message.scheme, writer.uint32(66).fork(), _depth + 1).ldelim();
        if (message.tuning != null && $Object.hasOwnProperty.call(message, "tuning"))
            $root.Tuning.encode(message.tuning, writer.uint32(74).fork(), _depth + 1).ldelim();
        if (message.origin != null && $Object.hasOwnProperty.call(message, "origin"))
            $root.Strings.encode(message.origin, writer.uint32(82).fork(), _depth + 1).ldelim();
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    return Layer;
})();

export const NamedAttribute = $root.NamedAttribute = (() => {

    const NamedAttribute = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    NamedAttribute.prototype.name = "";
    NamedAttribute.prototype.int = null;
    NamedAttribute.prototype.float = null;
    NamedAttribute.prototype.string = null;
    NamedAttribute.prototype.ints = null;
    NamedAttribute.prototype.floats = null;
    NamedAttribute.prototype.strings = null;
    NamedAttribute.prototype.tensor = null;

    let $oneOfFields;

    $Object.defineProperty(NamedAttribute.prototype, "value", {
        get: $util.oneOfGetter($oneOfFields = ["int", "float", "string", "ints", "floats", "strings", "tensor"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    NamedAttribute.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
            writer.uint32(10).string(message.name);
        if (message.int != null && $Object.hasOwnProperty.call(message, "int"))
            writer.uint32(16).sint64(message.int);
        if (message.float != null && $Object.hasOwnProperty.call(message, "float"))
            writer.uint32(25).double(message.float);
        if (message.string != null && $Object.hasOwnProperty.call(message, "string"))
            writer.uint32(34).string(message.string);
        if (message.ints != null && $Object.hasOwnProperty.call(message, "ints"))
            $root.Ints.encode(message.ints, writer.uint32(42).fork(), _depth + 1).ldelim();
        if (message.floats != null && $Object.hasOwnProperty.call(message, "floats"))
            $root.Floats.encode(message.floats, writer.uint32(50).fork(), _depth + 1).ldelim();
        if (message.strings != null && $Object.hasOwnProperty.call(message, "strings"))
            $root.Strings.encode(message.strings, writer.uint32(58).fork(), _depth + 1).ldelim();
        if (message.tensor != null && $Object.hasOwnProperty.call(message, "tensor"))
            $root.Tensor.encode(message.tensor, writer.uint32(66).fork(), _depth + 1).ldelim();
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    return NamedAttribute;
})();

export const Ints = $root.Ints = (() => {

    const Ints = function (properties) {
        this.values = [];
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    Ints.prototype.values = $util.emptyArray;

    Ints.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.values != null && message.values.length)
            writer.uint32(10).sint64s(message.values);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    return Ints;
})();

export const Floats = $root.Floats = (() => {

    const Floats = function (properties) {
        this.values = [];
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    Floats.prototype.values = $util.emptyArray;

    Floats.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.values != null && message.values.length)
            writer.uint32(10).doubles(message.values);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    return Floats;
})();

export const Strings = $root.Strings = (() => {

    const Strings = function (properties) {
        this.values = [];
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    Strings.prototype.values = $util.emptyArray;

    Strings.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.values != null && message.values.length)
            for (let i = 0; i < message.values.length; ++i)
                writer.uint32(10).string(message.values[i]);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    return Strings;
})();

export const Activation = $root.Activation = (() => {

    const Activation = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    Activation.prototype.kind = 0;
    Activation.prototype.alpha = null;
    Activation.prototype.beta = null;

    let $oneOfFields;

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(Activation.prototype, "_alpha", {
        get: $util.oneOfGetter($oneOfFields = ["alpha"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(Activation.prototype, "_beta", {
        get: $util.oneOfGetter($oneOfFields = ["beta"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    Activation.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.kind != null && $Object.hasOwnProperty.call(message, "kind") && message.kind !== 0)
            writer.uint32(8).int32(message.kind);
        if (message.alpha != null && $Object.hasOwnProperty.call(message, "alpha"))
            writer.uint32(17).double(message.alpha);
        if (message.beta != null && $Object.hasOwnProperty.call(message, "beta"))
            writer.uint32(25).double(message.beta);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    Activation.Kind = (function() {
        const valuesById = $Object.create(null), values = $Object.create(valuesById);
        values[valuesById[0] = "KIND_UNSPECIFIED"] = 0;
        values[valuesById[1] = "RELU"] = 1;
        values[valuesById[2] = "CLIP"] = 2;
        values[valuesById[3] = "LEAKY_RELU"] = 3;
        values[valuesById[4] = "SIGMOID"] = 4;
        values[valuesById[5] = "TANH"] = 5;
        values[valuesById[6] = "HARD_SIGMOID"] = 6;
        values[valuesById[7] = "HARD_SWISH"] = 7;
        return values;
    })();

    return Activation;
})();

export const Scheme = $root.Scheme = (() => {

    const Scheme = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    Scheme.prototype.kind = 0;
    Scheme.prototype.rate = null;
    Scheme.prototype.keep = null;
    Scheme.prototype.patterns = null;
    Scheme.prototype.blockFilters = null;
    Scheme.prototype.blockChannels = null;
    Scheme.prototype.blockRows = null;
    Scheme.prototype.blockColumns = null;
    Scheme.prototype.rowShare = null;

    let $oneOfFields;

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(Scheme.prototype, "_rate", {
        get: $util.oneOfGetter($oneOfFields = ["rate"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(Scheme.prototype, "_keep", {
        get: $util.oneOfGetter($oneOfFields = ["keep"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(Scheme.prototype, "_patterns", {
        get: $util.oneOfGetter($oneOfFields = ["patterns"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(Scheme.prototype, "_blockFilters", {
        get: $util.oneOfGetter($oneOfFields = ["blockFilters"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(Scheme.prototype, "_blockChannels", {
        get: $util.oneOfGetter($oneOfFields = ["blockChannels"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(Scheme.prototype, "_blockRows", {
        get: $util.oneOfGetter($oneOfFields = ["blockRows"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(Scheme.prototype, "_blockColumns", {
        get: $util.oneOfGetter($oneOfFields = ["blockColumns"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(Scheme.prototype, "_rowShare", {
        get: $util.oneOfGetter($oneOfFields = ["rowShare"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    Scheme.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.kind != null && $Object.hasOwnProperty.call(message, "kind") && message.kind !== 0)
            writer.uint32(8).int32(message.kind);
        if (message.rate != null && $Object.hasOwnProperty.call(message, "rate"))
            writer.uint32(17).double(message.rate);
        if (message.keep != null && $Object.hasOwnProperty.call(message, "keep"))
            writer.uint32(24).uint64(message.keep);
        if (message.patterns != null && $Object.hasOwnProperty.call(message, "patterns"))
            writer.uint32(32).uint64(message.patterns);
        if (message.blockFilters != null && $Object.hasOwnProperty.call(message, "blockFilters"))
            writer.uint32(40).uint64(message.blockFilters);
        if (message.blockChannels != null && $Object.hasOwnProperty.call(message, "blockChannels"))
            writer.uint32(48).uint64(message.blockChannels);
        if (message.blockRows != null && $Object.hasOwnProperty.call(message, "blockRows"))
            writer.uint32(56).uint64(message.blockRows);
        if (message.blockColumns != null && $Object.hasOwnProperty.call(message, "blockColumns"))
            writer.uint32(64).uint64(message.blockColumns);
        if (message.rowShare != null && $Object.hasOwnProperty.call(message, "rowShare"))
            writer.uint32(73).double(message.rowShare);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    Scheme.Kind = (function() {
        const valuesById = $Object.create(null), values = $Object.create(valuesById);
        values[valuesById[0] = "KIND_UNSPECIFIED"] = 0;
        values[valuesById[1] = "DENSE"] = 1;
        values[valuesById[2] = "UNSTRUCTURED"] = 2;
        values[valuesById[3] = "FILTER"] = 3;
        values[valuesById[4] = "CHANNEL"] = 4;
        values[valuesById[5] = "PATTERN"] = 5;
        values[valuesById[6] = "BLOCK_PUNCHED"] = 6;
        values[valuesById[7] = "BCR"] = 7;
        return values;
    })();

    return Scheme;
})();

export const Tuning = $root.Tuning = (() => {

    const Tuning = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    Tuning.prototype.kernel = null;
    Tuning.prototype.tile = null;
    Tuning.prototype.unroll = null;
    Tuning.prototype.permute = null;

    let $oneOfFields;

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(Tuning.prototype, "_kernel", {
        get: $util.oneOfGetter($oneOfFields = ["kernel"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(Tuning.prototype, "_tile", {
        get: $util.oneOfGetter($oneOfFields = ["tile"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(Tuning.prototype, "_unroll", {
        get: $util.oneOfGetter($oneOfFields = ["unroll"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(Tuning.prototype, "_permute", {
        get: $util.oneOfGetter($oneOfFields = ["permute"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    Tuning.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.kernel != null && $Object.hasOwnProperty.call(message, "kernel"))
            writer.uint32(10).string(message.kernel);
        if (message.tile != null && $Object.hasOwnProperty.call(message, "tile"))
            $root.Ints.encode(message.tile, writer.uint32(18).fork(), _depth + 1).ldelim();
        if (message.unroll != null && $Object.hasOwnProperty.call(message, "unroll"))
            $root.Ints.encode(message.unroll, writer.uint32(26).fork(), _depth + 1).ldelim();
        if (message.permute != null && $Object.hasOwnProperty.call(message, "permute"))
            writer.uint32(34).string(message.permute);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    return Tuning;
})();

export const Provenance = $root.Provenance = (() => {

    const Provenance = function (properties) {
        this.metadata = [];
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    Provenance.prototype.producer = "";
    Provenance.prototype.producerVersion = "";
    Provenance.prototype.sourceOpset = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
    Provenance.prototype.doc = "";
    Provenance.prototype.metadata = $util.emptyArray;

    Provenance.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.producer != null && $Object.hasOwnProperty.call(message, "producer") && message.producer !== "")
            writer.uint32(10).string(message.producer);
        if (message.producerVersion != null && $Object.hasOwnProperty.call(message, "producerVersion") && message.producerVersion !== "")
            writer.uint32(18).string(message.producerVersion);
        if (message.sourceOpset != null && $Object.hasOwnProperty.call(message, "sourceOpset") && (typeof message.sourceOpset === "object" ? message.sourceOpset.low || message.sourceOpset.high : message.sourceOpset !== 0))
            writer.uint32(24).uint64(message.sourceOpset);
        if (message.doc != null && $Object.hasOwnProperty.call(message, "doc") && message.doc !== "")
            writer.uint32(34).string(message.doc);
        if (message.metadata != null && message.metadata.length)
            for (let i = 0; i < message.metadata.length; ++i)
                $root.Pair.encode(message.metadata[i], writer.uint32(42).fork(), _depth + 1).ldelim();
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    return Provenance;
})();

export const Pair = $root.Pair = (() => {

    const Pair = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    Pair.prototype.key = "";
    Pair.prototype.value = "";

    Pair.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.key != null && $Object.hasOwnProperty.call(message, "key") && message.key !== "")
            writer.uint32(10).string(message.key);
        if (message.value != null && $Object.hasOwnProperty.call(message, "value") && message.value !== "")
            writer.uint32(18).string(message.value);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    return Pair;
})();

export const Plan = $root.Plan = (() => {

    const Plan = function (properties) {
        this.entries = [];
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    Plan.prototype.target = "";
    Plan.prototype.mapper = "";
    Plan.prototype.entries = $util.emptyArray;

    Plan.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.target != null && $Object.hasOwnProperty.call(message, "target") && message.target !== "")
            writer.uint32(10).string(message.target);
        if (message.mapper != null && $Object.hasOwnProperty.call(message, "mapper") && message.mapper !== "")
            writer.uint32(18).string(message.mapper);
        if (message.entries != null && message.entries.length)
            for (let i = 0; i < message.entries.length; ++i)
                $root.PlanEntry.encode(message.entries[i], writer.uint32(26).fork(), _depth + 1).ldelim();
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    return Plan;
})();

export const PlanEntry = $root.PlanEntry = (() => {

    const PlanEntry = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    PlanEntry.prototype.layer = "";
    PlanEntry.prototype.scheme = null;
    PlanEntry.prototype.reason = "";
    PlanEntry.prototype.predictedMs = null;

    let $oneOfFields;

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(PlanEntry.prototype, "_predictedMs", {
        get: $util.oneOfGetter($oneOfFields = ["predictedMs"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    PlanEntry.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.layer != null && $Object.hasOwnProperty.call(message, "layer") && message.layer !== "")
            writer.uint32(10).string(message.layer);
        if (message.scheme != null && $Object.hasOwnProperty.call(message, "scheme"))
            $root.Scheme.encode(message.scheme, writer.uint32(18).fork(), _depth + 1).ldelim();
        if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== "")
            writer.uint32(26).string(message.reason);
        if (message.predictedMs != null && $Object.hasOwnProperty.call(message, "predictedMs"))
            writer.uint32(33).double(message.predictedMs);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    return PlanEntry;
})();

export const Recipe = $root.Recipe = (() => {

    const Recipe = function (properties) {
        this.steps = [];
        this.hashes = [];
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    Recipe.prototype.steps = $util.emptyArray;
    Recipe.prototype.hashes = $util.emptyArray;

    Recipe.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.steps != null && message.steps.length)
            for (let i = 0; i < message.steps.length; ++i)
                $root.RecipeStep.encode(message.steps[i], writer.uint32(10).fork(), _depth + 1).ldelim();
        if (message.hashes != null && message.hashes.length)
            for (let i = 0; i < message.hashes.length; ++i)
                $root.Pair.encode(message.hashes[i], writer.uint32(18).fork(), _depth + 1).ldelim();
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    return Recipe;
})();

export const RecipeStep = $root.RecipeStep = (() => {

    const RecipeStep = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    RecipeStep.prototype.tool = "";
    RecipeStep.prototype.version = "";
    RecipeStep.prototype.seed = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
    RecipeStep.prototype.options = "";

    RecipeStep.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.tool != null && $Object.hasOwnProperty.call(message, "tool") && message.tool !== "")
            writer.uint32(10).string(message.tool);
        if (message.version != null && $Object.hasOwnProperty.call(message, "version") && message.version !== "")
            writer.uint32(18).string(message.version);
        if (message.seed != null && $Object.hasOwnProperty.call(message, "seed") && (typeof message.seed === "object" ? message.seed.low || message.seed.high : message.seed !== 0))
            writer.uint32(24).sint64(message.seed);
        if (message.options != null && $Object.hasOwnProperty.call(message, "options") && message.options !== "")
            writer.uint32(34).string(message.options);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    return RecipeStep;
})();

export {
  $root as default
};
