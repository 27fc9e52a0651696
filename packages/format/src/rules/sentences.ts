/**
 * What every rule asks for, by its code: one sentence each that is true of every good file. They stand here and not in the rules because a
 * page that only reads models does without them: an error says place, expected and actual by itself.
 */
export const SENTENCES: Readonly<Record<string, string>> = {
  // preamble
  'preamble.magic': 'A .bcr file starts with the bytes 89 42 43 52 0D 0A 1A 0A.',
  'preamble.length': 'A .bcr file has at least 32 bytes.',
  'preamble.version': 'The version is 1.',
  'preamble.reserved': 'Reserved bytes are zero.',
  'preamble.header-length': 'The header is no longer than the limit, which is 16 MiB or less.',
  'preamble.file-length': 'The file holds its preamble and header, and is no longer than the limit.',
  'file.truncated': 'No byte at the end of the file is missing.',
  'file.trailing': 'Nothing follows the end of the file.',

  // header
  'header.checksum': 'The header has the CRC-32 that stands in the preamble.',
  'header.truncated': 'Every field of the header ends inside the record it belongs to.',
  'header.varint': 'Every varint of the header has at most 64 bits, in its shortest form.',
  'header.field': 'The header has the fields of its schema and no others.',
  'header.wire-type': 'Every field of the header has the wire type of its schema.',
  'header.order': 'Fields of the header ascend by number, and only repeated ones come more than once.',
  'header.oneof': 'Of the fields of a oneof the header has at most one.',
  'header.integer': 'Integers are safe integers, inside the range of their field.',
  'header.text': 'Texts are well-formed Unicode.',
  'header.memory': 'The header decodes to at most 3 x its length + 16 MiB.',

  // records
  'record.complete': 'Every record has the fields of its kind, and no others.',
  'tensor.duplicate': 'No two tensors have the same name.',
  'attribute.order': 'The attributes of a layer are sorted by name, and no two have the same name.',
  'section.order': 'Arrays have the sections 0, 1, 2 … in the order of the header, and every section belongs to an array.',

  // section table
  'section.size': 'The place of every section is below 2^53.',
  'section.total': 'The last byte of the last section is the last byte of the file.',

  // values
  'value.name': 'A value has a name of at most 4096 characters, without NUL.',
  'value.duplicate': 'No two inputs, no two outputs and no two intermediate values have the same name.',
  'value.shape': 'A declared shape has at most 16 dimensions, each a size or a name.',
  'value.type': 'A value that is declared twice has one element type.',

  // tensors
  'tensor.name': 'A tensor has a name of at most 4096 characters, without NUL.',
  'tensor.rank': 'A tensor has at most 16 dimensions.',
  'tensor.size': 'The sizes of a tensor, without zeros, multiply to less than 2^53 bytes.',
  'attribute.tensor': 'A tensor in an attribute is dense.',
  'tensor.array': 'The elements of a tensor lie in an array of its type.',
  'tensor.index-array': 'Index arrays are u16 or u32, offsets u32, masks and ids u8.',
  'tensor.length': 'A dense tensor has as many elements as its shape says.',
  'sparse.view': 'The matrices of a sparse tensor cover its shape, and have at most 2^32 - 1 rows and columns.',
  'sparse.kernel': 'The kernel of a view is 1 or more and divides its columns.',
  'sparse.matrices': 'A sparse tensor has the matrices that its view says, each of that size.',

  // layers
  'layer.name': 'A layer has a name of at most 4096 characters, without NUL.',
  'layer.duplicate': 'No two layers have the same name.',
  'layer.operator': 'An operator is a word of letters, digits, `_`, `.` and `-`.',
  'layer.domain': 'A domain is empty or a name.',
  'layer.inputs': 'Inputs are names, or empty where an optional one is left out.',
  'layer.outputs': 'Outputs are names or empty, and at least one is a name.',
  'layer.origin': 'The nodes that a layer was made from are names.',
  'attribute.name': 'An attribute has a name of at most 4096 characters, without NUL.',
  'activation.range': 'Numbers of an activation are no NaN, and the low bound of a clip is not above the high one.',
  'tuning.range': 'Tiles and unrolls are 1 or more; kernel and permute are names.',

  // graph
  'graph.twice': 'A value is made once: it is the output of one layer, or an input of the model.',
  'graph.clash': 'No tensor has the name of a value that is made.',
  'graph.undefined': 'An input of a layer is a tensor, an input of the model or the output of a layer.',
  'graph.cycle': 'No layer needs its own output, not even through others.',
  'graph.order': 'A layer stands behind the layers that make its inputs.',
  'graph.output': 'An output of the model is the output of a layer, an input of the model or a tensor.',

  // operators
  'attribute.type': 'Attributes that decide about weights have the type that ONNX gives them.',
  'conv.settings': 'Strides, dilations and pads of a convolution fit its rank, strides and dilations are 1 or more.',
  'conv.weight': 'The weight of a convolution has the rank, the groups, the kernel and the channels of its layer.',
  'conv.bias': 'The bias of a convolution has one element per output channel.',
  'gemm.factors': 'The factors of a Gemm are matrices that fit each other, and its bias fits their product.',
  'matmul.factors': 'The factors of a MatMul fit each other.',
  'recurrent.weights': 'W, R, B and P of a recurrent layer agree on directions, hidden and input size.',
  'norm.parameters': 'The parameters of a normalisation have one element per channel.',
  'weight.view': 'A sparse weight is seen as matrices in the way of its operator.',

  // schemes
  'scheme.rate': 'A rate is finite and 1 or more.',
  'scheme.count': 'Block sizes, kept positions and numbers of patterns are 1 or more.',
  'scheme.row-share': 'The share of the rate that goes to rows is between 0 and 1.',
  'scheme.keep': 'A pattern keeps no more positions than the kernel has.',

  // plan and recipe
  'plan.layer': 'A plan names layers of the model.',
  'plan.duplicate': 'A plan names a layer once.',
  'plan.time': 'A predicted time is finite and 0 or more.',
  'recipe.hash': 'A hash has a name and 64 hexadecimal digits in lower case.',
  'recipe.tool': 'A step of a recipe names its tool.',

  // sections
  'section.padding': 'The bytes between sections are zero.',
  'section.checksum': 'Every section has the CRC-32 that stands in the table.',

  // sparse
  'csr.index-width': 'Column ids take two bytes where the matrix allows it, else four.',
  'csr.row-offset-length': 'There is one row offset per row and one more.',
  'csr.row-offset-order': 'Row offsets start at 0, never fall and end at the number of column ids.',
  'csr.payload-length': 'There is one weight per column id.',
  'csr.column-range': 'Column ids are below the number of columns.',
  'csr.column-order': 'Column ids rise strictly inside a row.',
  'bcrc.index-width': 'Row and column ids take two bytes where the matrix allows it, else four.',
  'bcrc.reorder-length': 'The order of rows names as many rows as there are.',
  'bcrc.reorder-permutation': 'The order of rows names each row once.',
  'bcrc.occurrence': 'Groups of rows follow each other without a gap, none is empty, together they are all stored rows.',
  'bcrc.column-stride-length': 'Each group of rows has its place in the columns.',
  'bcrc.column-stride-order': 'The columns of groups follow each other without a gap, together they are all column ids.',
  'bcrc.row-order': 'Rows rise strictly inside a group.',
  'bcrc.column-range': 'Column ids are below the number of columns.',
  'bcrc.column-order': 'Column ids rise strictly inside a group.',
  'bcrc.row-offset-length': 'There is one row offset per row and one more.',
  'bcrc.row-offset': 'Row offsets start at 0, and each row holds as many weights as its group has columns.',
  'bcrc.payload-length': 'The weights end where the last row ends.',
  'bcr.block-size': 'A block has at least one row and one column and is not larger than the matrix.',
  'bcr.present-length': 'There is one presence bit per block.',
  'bcr.present-padding': 'Presence bits past the last block are 0.',
  'bcr.row-mask-length': 'There is one row bit per row of each stored block.',
  'bcr.row-mask-padding': 'Row bits past the last stored block are 0.',
  'bcr.column-mask-length': 'There is one column bit per column of each stored block.',
  'bcr.column-mask-padding': 'Column bits past the last stored block are 0.',
  'bcr.row-mask-edge': 'Row bits past the edge of the matrix are 0.',
  'bcr.column-mask-edge': 'Column bits past the edge of the matrix are 0.',
  'bcr.payload-length': 'The payload holds kept rows x kept columns of each stored block.',
  'pattern.kernel': 'A kernel has 1 to 32 positions and divides the columns.',
  'pattern.id-bits': 'Ids take 4 or 8 bits.',
  'pattern.patterns-count': 'Every pattern has an id: at most 15 patterns in 4 bits, 255 in 8.',
  'pattern.patterns-range': 'A pattern keeps at least one position, and only positions of the kernel.',
  'pattern.patterns-order': 'Patterns rise strictly.',
  'pattern.ids-length': 'There is one id per kernel.',
  'pattern.ids-padding': 'The half byte behind an odd number of ids is 0.',
  'pattern.ids-range': 'An id is 0 or names a pattern.',
  'pattern.payload-length': 'The payload holds the kept positions of every kernel.',

  // data
  'tensor.bool': 'An element of type bool is 0 or 1.',

  // shapes
  'shapes.agree': 'the shapes of inputs, weights and declared values agree in every layer',

  // sparse
  'sparse.encoding': 'A sparse matrix has an encoding of the contract.',
  'sparse.size': 'Rows and columns are whole numbers below 2^32, and their product is below 2^53.',
};
