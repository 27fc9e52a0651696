/**
 * Types of the generated `onnx.pb.js`, written by hand: of each message the fields that this package reads or writes.
 * Decoded messages give a field that is absent its default; which are really there, `Object.hasOwn` says.
 */

/** A 64-bit integer as protobufjs hands it over. */
export interface Int64 {
  readonly low: number;
  readonly high: number;
  readonly unsigned: boolean;
}

interface Reader {
  discardUnknown: boolean;
}

interface Writer {
  finish(): Uint8Array;
}

/** `Decoded`: what comes out. `Fields`: what goes in, everything optional. */
interface Codec<Decoded, Fields> {
  decode(reader: Reader | Uint8Array): Decoded;
  encode(message: Fields): Writer;
}

/** What a writer takes for a 64-bit integer. */
type Integer = Int64 | number;

export namespace onnx {
  interface ModelProto {
    readonly irVersion: Int64;
    readonly producerName: string;
    readonly producerVersion: string;
    readonly docString: string;
    readonly graph: GraphProto | null;
    readonly opsetImport: readonly OperatorSetIdProto[];
    readonly metadataProps: readonly StringStringEntryProto[];
    readonly functions: readonly FunctionProto[];
  }
  interface ModelFields {
    irVersion?: Integer;
    producerName?: string;
    producerVersion?: string;
    docString?: string;
    graph?: GraphFields;
    opsetImport?: { domain?: string; version: Integer }[];
    metadataProps?: StringStringEntryProto[];
    functions?: FunctionProto[];
    trainingInfo?: Uint8Array[];
  }
  const ModelProto: Codec<ModelProto, ModelFields>;

  interface OperatorSetIdProto {
    readonly domain: string;
    readonly version: Int64;
  }

  interface StringStringEntryProto {
    readonly key: string;
    readonly value: string;
  }

  interface FunctionProto {
    readonly name: string;
    readonly domain: string;
  }

  interface GraphProto {
    readonly name: string;
    readonly docString: string;
    readonly node: readonly NodeProto[];
    readonly initializer: readonly TensorProto[];
    readonly sparseInitializer: readonly SparseTensorProto[];
    readonly input: readonly ValueInfoProto[];
    readonly output: readonly ValueInfoProto[];
    readonly valueInfo: readonly ValueInfoProto[];
  }
  interface GraphFields {
    name?: string;
    docString?: string;
    node?: NodeFields[];
    initializer?: TensorFields[];
    sparseInitializer?: SparseTensorFields[];
    input?: ValueInfoFields[];
    output?: ValueInfoFields[];
    valueInfo?: ValueInfoFields[];
  }

  interface NodeProto {
    readonly input: readonly string[];
    readonly output: readonly string[];
    readonly name: string;
    readonly opType: string;
    readonly domain: string;
    readonly overload: string;
    readonly attribute: readonly AttributeProto[];
  }
  interface NodeFields {
    input?: string[];
    output?: string[];
    name?: string;
    opType?: string;
    domain?: string;
    overload?: string;
    attribute?: AttributeFields[];
  }

  interface AttributeProto {
    readonly name: string;
    readonly type: number;
    readonly refAttrName: string;
    readonly f: number;
    readonly i: Int64;
    readonly s: Uint8Array;
    readonly t: TensorProto | null;
    readonly floats: readonly number[];
    readonly ints: readonly Int64[];
    readonly strings: readonly Uint8Array[];
    readonly sparseTensor: SparseTensorProto | null;
  }
  interface AttributeFields {
    name?: string;
    type?: number;
    refAttrName?: string;
    f?: number;
    i?: Integer;
    s?: Uint8Array;
    t?: TensorFields;
    g?: Uint8Array;
    floats?: number[];
    ints?: Integer[];
    strings?: Uint8Array[];
    sparseTensor?: SparseTensorFields;
  }

  interface TensorProto {
    readonly dims: readonly Int64[];
    readonly dataType: number;
    readonly segment: unknown;
    readonly floatData: readonly number[];
    readonly int32Data: readonly number[];
    readonly stringData: readonly Uint8Array[];
    readonly int64Data: readonly Int64[];
    readonly name: string;
    readonly rawData: Uint8Array;
    readonly doubleData: readonly number[];
    readonly uint64Data: readonly Int64[];
    readonly externalData: readonly StringStringEntryProto[];
    readonly dataLocation: number;
  }
  interface TensorFields {
    dims?: Integer[];
    dataType?: number;
    segment?: { begin?: Integer; end?: Integer };
    floatData?: number[];
    int32Data?: number[];
    stringData?: Uint8Array[];
    int64Data?: Integer[];
    name?: string;
    rawData?: Uint8Array;
    doubleData?: number[];
    uint64Data?: Integer[];
    externalData?: StringStringEntryProto[];
    dataLocation?: number;
  }
  const TensorProto: Codec<TensorProto, TensorFields>;

  interface SparseTensorProto {
    readonly values: TensorProto | null;
    readonly indices: TensorProto | null;
    readonly dims: readonly Int64[];
  }
  interface SparseTensorFields {
    values?: TensorFields;
    indices?: TensorFields;
    dims?: Integer[];
  }

  interface ValueInfoProto {
    readonly name: string;
    readonly type: TypeProto | null;
  }
  interface ValueInfoFields {
    name?: string;
    type?: { tensorType?: { elemType?: number; shape?: { dim: DimensionFields[] } }; sequenceType?: Uint8Array };
  }

  interface TypeProto {
    /** Which of the kinds of type this is; left out: none. */
    readonly value?: 'tensorType' | 'sequenceType' | 'mapType' | 'sparseTensorType' | 'optionalType';
    readonly tensorType: { readonly elemType: number; readonly shape: TensorShapeProto | null } | null;
  }

  interface TensorShapeProto {
    readonly dim: readonly DimensionProto[];
  }
  interface DimensionProto {
    readonly value?: 'dimValue' | 'dimParam';
    readonly dimValue: Int64;
    readonly dimParam: string;
  }
  interface DimensionFields {
    dimValue?: Integer;
    dimParam?: string;
  }
}
