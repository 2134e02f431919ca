/**
 * A prediction service on the edge: a module of Cloudflare's kind, with a fetch handler. What one learns: the library and a model are
 * loaded before the first request; where no WebAssembly may be compiled at run time, as there, it computes with plain loops.
 */
import { ChainruleError, engineReport, load } from "chainrule";
// The whole model as one module, made by `chainrule train penguins.csv --target species --hidden 16,16`.
import bytes from "./penguins.safetensors";

const model = await load(bytes);

export default {
  async fetch(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/engine") return Response.json(engineReport());
    if (pathname !== "/predict" || request.method !== "POST")
      return Response.json({ error: "POST rows to /predict" }, { status: 404 });
    try {
      return Response.json(model.predictAll(await request.json()));
    } catch (error) {
      if (!(error instanceof ChainruleError)) return Response.json({ error: String(error) }, { status: 400 });
      const { code, problem, remedy } = error;
      return Response.json({ error: code, problem, remedy }, { status: 400 });
    }
  },
};
