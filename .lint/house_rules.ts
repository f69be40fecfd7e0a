/**
 * The rules of the house style that a linter can check.
 *
 * @module
 */

/** Folders of `lib` that may use tensors: they take `tf` from `lib/engine`. */
const TENSOR_FOLDERS = /\/lib\/(engine|nn|models|training|export|parity)\//;

/** The plugin, for the `lint.plugins` key of deno.json. */
const plugin: Deno.lint.Plugin = {
  name: "msa",
  rules: {
    "no-math-random": {
      create(context) {
        if (!context.filename.includes("/lib/")) return {};
        return {
          'MemberExpression[object.name="Math"][property.name="random"]'(node: Deno.lint.Node) {
            context.report({
              node,
              message: "Math.random() has no seed",
              hint: "Draw from a named RandomStream of the run's seed",
            });
          },
        };
      },
    },
    "tensors-in-their-place": {
      create(context) {
        const { filename } = context;
        if (!filename.includes("/lib/")) return {};
        return {
          ImportDeclaration(node) {
            if (!node.source.value.startsWith("@tensorflow/")) return;
            if (filename.includes("/lib/engine/")) return;
            context.report({
              node,
              message: "TensorFlow.js is imported outside lib/engine",
              hint: "Import tf from lib/engine/mod.ts",
            });
          },
          'ImportSpecifier[imported.name="tf"]'(node: Deno.lint.Node) {
            if (TENSOR_FOLDERS.test(filename)) return;
            context.report({
              node,
              message: "Tensors are used outside engine, nn, models, training, export and parity",
              hint: "Take and return plain typed arrays here",
            });
          },
        };
      },
    },
    "no-top-level-arrow": {
      create(context) {
        return {
          "Program > VariableDeclaration > VariableDeclarator[init.type='ArrowFunctionExpression'], Program > ExportNamedDeclaration > VariableDeclaration > VariableDeclarator[init.type='ArrowFunctionExpression']"(
            node: Deno.lint.Node,
          ) {
            context.report({
              node,
              message: "A top-level function is an arrow",
              hint: "Use function",
            });
          },
        };
      },
    },
    "no-private-keyword": {
      create(context) {
        return {
          "PropertyDefinition[accessibility='private'], MethodDefinition[accessibility='private']"(
            node: Deno.lint.Node,
          ) {
            // A private constructor has no # form.
            if ("kind" in node && node.kind === "constructor") return;
            context.report({ node, message: "private leaks at run time", hint: "Use a #name" });
          },
        };
      },
    },
  },
};

export default plugin;
