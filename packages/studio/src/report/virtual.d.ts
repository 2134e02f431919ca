/** Made by `report-script.ts`. */
declare module "virtual:report-script" {
  const script: { readonly code: string; readonly sha256: string; readonly css: string };
  export default script;
}
