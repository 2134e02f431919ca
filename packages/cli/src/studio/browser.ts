import { spawn } from "node:child_process";
import type { Io } from "../io.ts";

/** The command that opens an address in the user's browser; null where there is none to see. */
export function browserCommand(
  url: string,
  env: Io["env"],
  platform: NodeJS.Platform = process.platform,
): readonly [command: string, ...args: string[]] | null {
  // From another machine, it would open where nobody sits.
  if (env.CI || env.SSH_CONNECTION || env.BROWSER === "none") return null;
  if (platform === "darwin") return ["open", url];
  if (platform === "win32" || env.WSL_DISTRO_NAME)
    return ["rundll32.exe", "url.dll,FileProtocolHandler", url];
  return env.DISPLAY || env.WAYLAND_DISPLAY ? ["xdg-open", url] : null;
}

/** Opens an address in the browser, and goes on whether that works or not. */
export function openBrowser(url: string, env: Io["env"]): void {
  const found = browserCommand(url, env);
  if (found === null) return;
  const [command, ...args] = found;
  const child = spawn(command, args, { stdio: "ignore", detached: true });
  child.on("error", () => {});
  child.unref();
}
