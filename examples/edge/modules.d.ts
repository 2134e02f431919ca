/** Files that the runtime gives as bytes: in Wrangler by `rules = [{ type = "Data", globs = ["*.safetensors"] }]`. */
declare module "*.safetensors" {
  const bytes: ArrayBuffer;
  export default bytes;
}
