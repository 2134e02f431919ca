# What workerd runs: one worker of two modules, on a port of its own choice.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "main", worker = .main)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);

const main :Workerd.Worker = (
  modules = [
    (name = "worker.js", esModule = embed "worker.js"),
    (name = "./penguins.safetensors", data = embed "penguins.safetensors")
  ],
  compatibilityDate = "2026-11-01"
);
