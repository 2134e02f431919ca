/** All families of operations. Importing this attaches every method to Tensor. */
import "./activation.ts";
import "./arithmetic.ts";
import "./compare.ts";
import "./convert.ts";
import "./matmul.ts";
import "./sum.ts";
import "./view.ts";
