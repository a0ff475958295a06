// Inference and data as functions of the language; the driver performs them.

let inferencePrimitives: [Primitive] = []
