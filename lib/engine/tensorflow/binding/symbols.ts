/**
 * The part of TensorFlow's C API that is called, as Deno FFI signatures.
 *
 * Every pointer is a `u64`, so a bigint in JavaScript: such a call takes 6 ns. A plain number given
 * to a `u64` parameter takes 80 to 140 ns, and pointer objects have to be made first.
 *
 * @module
 */

/** A signature, with its types kept narrow enough for `Deno.dlopen`. */
function native<
  const P extends readonly Deno.NativeType[],
  const R extends Deno.NativeResultType,
>(parameters: P, result: R): { readonly parameters: P; readonly result: R } {
  return { parameters, result };
}

/** `TF_Output`: an operation of a graph, and the number of its output. */
const GRAPH_OUTPUT = { struct: ["u64", "i32"] } as const;

/** All functions of the C API in use; the names are TensorFlow's own. */
export const SYMBOLS = {
  TF_Version: native([], "u64"),
  TF_NewStatus: native([], "u64"),
  TF_DeleteStatus: native(["u64"], "void"),
  TF_GetCode: native(["u64"], "i32"),
  TF_Message: native(["u64"], "u64"),

  TFE_NewContextOptions: native([], "u64"),
  TFE_ContextOptionsSetConfig: native(["u64", "buffer", "u64", "u64"], "void"),
  TFE_DeleteContextOptions: native(["u64"], "void"),
  TFE_NewContext: native(["u64", "u64"], "u64"),
  TFE_DeleteContext: native(["u64"], "void"),
  TFE_ContextListDevices: native(["u64", "u64"], "u64"),
  TF_DeviceListCount: native(["u64"], "i32"),
  TF_DeviceListName: native(["u64", "i32", "u64"], "u64"),
  TF_DeviceListType: native(["u64", "i32", "u64"], "u64"),
  TF_DeleteDeviceList: native(["u64"], "void"),

  TF_AllocateTensor: native(["i32", "u64", "i32", "u64"], "u64"),
  TF_TensorData: native(["u64"], "u64"),
  TF_TensorByteSize: native(["u64"], "u64"),
  TF_TensorElementCount: native(["u64"], "u64"),
  TF_DeleteTensor: native(["u64"], "void"),
  TF_StringInit: native(["u64"], "void"),
  TF_StringCopy: native(["u64", "buffer", "u64"], "void"),
  TF_StringGetDataPointer: native(["u64"], "u64"),
  TF_StringGetSize: native(["u64"], "u64"),

  TFE_NewTensorHandle: native(["u64", "u64"], "u64"),
  TFE_DeleteTensorHandle: native(["u64"], "void"),
  TFE_TensorHandleResolve: native(["u64", "u64"], "u64"),
  TFE_TensorHandleCopyToDevice: native(["u64", "u64", "u64", "u64"], "u64"),
  TFE_TensorHandleDataType: native(["u64"], "i32"),
  TFE_TensorHandleNumDims: native(["u64", "u64"], "i32"),
  TFE_TensorHandleDim: native(["u64", "i32", "u64"], "i64"),

  TFE_NewOp: native(["u64", "u64", "u64"], "u64"),
  TFE_DeleteOp: native(["u64"], "void"),
  TFE_OpAddInput: native(["u64", "u64", "u64"], "void"),
  TFE_OpSetAttrType: native(["u64", "u64", "i32"], "void"),
  TFE_OpSetAttrBool: native(["u64", "u64", "u8"], "void"),
  TFE_OpSetAttrInt: native(["u64", "u64", "i64"], "void"),
  TFE_OpSetAttrFloat: native(["u64", "u64", "f32"], "void"),
  TFE_OpSetAttrString: native(["u64", "u64", "buffer", "u64"], "void"),
  TFE_OpSetAttrShape: native(["u64", "u64", "u64", "i32", "u64"], "void"),
  TFE_OpSetAttrTypeList: native(["u64", "u64", "buffer", "i32"], "void"),
  TFE_OpSetAttrBoolList: native(["u64", "u64", "buffer", "i32"], "void"),
  TFE_OpSetAttrIntList: native(["u64", "u64", "buffer", "i32"], "void"),
  TFE_OpSetAttrFloatList: native(["u64", "u64", "buffer", "i32"], "void"),
  TFE_Execute: native(["u64", "u64", "u64", "u64"], "void"),
  /** The same on a thread of its own. */
  executeAside: {
    name: "TFE_Execute",
    ...native(["u64", "u64", "u64", "u64"], "void"),
    nonblocking: true,
  },

  TF_NewGraph: native([], "u64"),
  TF_DeleteGraph: native(["u64"], "void"),
  TF_GraphGetOpDef: native(["u64", "u64", "u64", "u64"], "void"),
  TF_NewOperation: native(["u64", "u64", "u64"], "u64"),
  TF_FinishOperation: native(["u64", "u64"], "u64"),
  TF_AddInput: native(["u64", GRAPH_OUTPUT], "void"),
  TF_AddInputList: native(["u64", "buffer", "i32"], "void"),
  TF_AddControlInput: native(["u64", "u64"], "void"),
  TF_SetAttrType: native(["u64", "u64", "i32"], "void"),
  TF_SetAttrBool: native(["u64", "u64", "u8"], "void"),
  TF_SetAttrInt: native(["u64", "u64", "i64"], "void"),
  TF_SetAttrFloat: native(["u64", "u64", "f32"], "void"),
  TF_SetAttrString: native(["u64", "u64", "buffer", "u64"], "void"),
  TF_SetAttrShape: native(["u64", "u64", "u64", "i32"], "void"),
  TF_SetAttrTypeList: native(["u64", "u64", "buffer", "i32"], "void"),
  TF_SetAttrBoolList: native(["u64", "u64", "buffer", "i32"], "void"),
  TF_SetAttrIntList: native(["u64", "u64", "buffer", "i32"], "void"),
  TF_SetAttrFloatList: native(["u64", "u64", "buffer", "i32"], "void"),
  TF_SetAttrTensor: native(["u64", "u64", "u64", "u64"], "void"),
  TF_GraphGetTensorNumDims: native(["u64", GRAPH_OUTPUT, "u64"], "i32"),
  TF_GraphGetTensorShape: native(["u64", GRAPH_OUTPUT, "u64", "i32", "u64"], "void"),
  TF_GraphSetTensorShape: native(["u64", GRAPH_OUTPUT, "u64", "i32", "u64"], "void"),
  TF_OperationOutputType: native([GRAPH_OUTPUT], "i32"),
  TF_NewBuffer: native([], "u64"),
  TF_DeleteBuffer: native(["u64"], "void"),
  TF_GraphToFunctionWithControlOutputs: native(
    [
      "u64", // graph
      "u64", // name
      "u8", // whether to append a hash to the name
      "i32", // -1: the whole graph is the body
      "u64",
      "i32", // inputs
      "buffer",
      "i32", // outputs
      "buffer",
      "u64", // names of the outputs
      "i32", // operations that run for their effect
      "buffer",
      "u64", // their names
      "u64", // options
      "u64", // description
      "u64", // status
    ],
    "u64",
  ),
  TF_DeleteFunction: native(["u64"], "void"),
  TFE_ContextAddFunction: native(["u64", "u64", "u64"], "void"),
  TFE_ContextRemoveFunction: native(["u64", "u64", "u64"], "void"),

  // The C library's, found through what the TensorFlow library itself depends on.
  copyToNative: { name: "memcpy", ...native(["u64", "buffer", "u64"], "void") },
  copyToScript: { name: "memcpy", ...native(["buffer", "u64", "u64"], "void") },
} as const;

/** TensorFlow's library, opened. */
export type Library = Deno.DynamicLibrary<typeof SYMBOLS>;

/** Its functions. */
export type Native = Library["symbols"];

/** `TF_DataType`: the numbers of the types that cross the binding. */
export const DataType = {
  FLOAT: 1,
  DOUBLE: 2,
  INT32: 3,
  UINT8: 4,
  STRING: 7,
  COMPLEX64: 8,
  INT64: 9,
  BOOL: 10,
  RESOURCE: 20,
  UINT64: 23,
} as const;

/** `TF_AttrType`: the numbers of the kinds of attributes. */
export const AttributeKind = {
  STRING: 0,
  INT: 1,
  FLOAT: 2,
  BOOL: 3,
  TYPE: 4,
  SHAPE: 5,
} as const;
