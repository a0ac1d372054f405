/** The BLAS libraries that we know: where they are, how they tell their version, how they are told to use one thread. */
import type { LibraryHandle } from "koffi";

export interface Library {
  readonly name: string;
  /** Names to try, as the dynamic loader takes them. */
  readonly files: Readonly<Partial<Record<string, readonly string[]>>>;
  /** Version and kind of processor, as far as the library tells. Throws when it is another library. */
  version(library: LibraryHandle): string;
  /** The engine's threads share the work out, so what the calling one asks for runs on one. */
  useOneThread(library: LibraryHandle): void;
}

/** Before the symbols of a build that must not clash with others, and after those that take 64-bit integers. */
const PREFIXES = ["", "scipy_"];
const SUFFIXES = ["", "64_"];

/** A function of the library under any of its spellings. Throws when there is none. */
function anyOf(
  library: LibraryHandle,
  result: string,
  name: string,
  parameters: string,
): ReturnType<LibraryHandle["func"]> {
  let failure: unknown;
  for (const prefix of PREFIXES) {
    for (const suffix of SUFFIXES) {
      try {
        return library.func(`${result} ${prefix}${name}${suffix}(${parameters})`);
      } catch (error) {
        failure = error;
      }
    }
  }
  throw failure;
}

/** The oldest versions of each are those of present distributions; a generic CBLAS is tried last. */
export const LIBRARIES: readonly Library[] = [
  {
    name: "MKL",
    files: {
      linux: ["libmkl_rt.so.2", "libmkl_rt.so.3", "libmkl_rt.so"],
      win32: ["mkl_rt.2.dll", "mkl_rt.3.dll"],
      darwin: ["libmkl_rt.2.dylib"],
    },
    version(library) {
      const text = Buffer.alloc(200);
      library.func("void mkl_get_version_string(void *text, int length)")(text, text.length);
      return /Version ([\d.]+)/.exec(text.toString("latin1"))?.[1] ?? "of unknown version";
    },
    useOneThread: (library) => library.func("void MKL_Set_Num_Threads(int threads)")(1),
  },
  {
    name: "OpenBLAS",
    files: {
      linux: ["libopenblas.so.0", "libopenblas.so"],
      win32: ["libopenblas.dll", "openblas.dll"],
      darwin: [
        "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
        "/usr/local/opt/openblas/lib/libopenblas.dylib",
        "libopenblas.dylib",
      ],
    },
    version(library) {
      const config = String(anyOf(library, "const char *", "openblas_get_config", "")());
      const core = String(anyOf(library, "const char *", "openblas_get_corename", "")());
      return `${/OpenBLAS ([\d.]+\w*)/.exec(config)?.[1] ?? "of unknown version"} (${core})`;
    },
    useOneThread: (library) => anyOf(library, "void", "openblas_set_num_threads", "int threads")(1),
  },
  {
    name: "BLIS",
    files: {
      linux: ["libblis.so.4", "libblis.so.5", "libblis.so"],
      win32: ["AOCL-LibBlis-Win-MT-dll.dll", "libblis.dll"],
      darwin: ["/opt/homebrew/opt/blis/lib/libblis.dylib", "libblis.dylib"],
    },
    version: (library) => String(library.func("const char *bli_info_get_version_str()")()),
    useOneThread: (library) => library.func("void bli_thread_set_num_threads(int64_t threads)")(1),
  },
  {
    name: "Accelerate",
    files: { darwin: ["/System/Library/Frameworks/Accelerate.framework/Accelerate"] },
    version(library) {
      library.func("int BLASGetThreading()");
      return "of macOS";
    },
    useOneThread: (library) => library.func("int BLASSetThreading(int threading)")(1),
  },
  {
    name: "CBLAS",
    files: { linux: ["libcblas.so.3", "libblas.so.3"], darwin: ["libcblas.dylib"], win32: ["libcblas.dll"] },
    version: () => "of unknown version",
    useOneThread: () => {},
  },
];
