{
  "targets": [
    {
      "target_name": "viptools",
      "sources": ["native/viptools.c"],
      "defines": ["NAPI_VERSION=8", "_GNU_SOURCE"],
      "cflags": ["-std=c11", "-O2", "-Wall", "-Wextra"]
    }
  ]
}
