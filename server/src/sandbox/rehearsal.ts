/**
 * What a forked interpreter does before anybody waits for it, as a part of `sitecustomize`: the steps of every start, on a script that is not there.
 * The host answers what they ask; see its rehearsal.c.
 */

/** What the host takes the function by; the same stands in rehearsal.h. */
const PREFIX = 'sandtable-rehearsal:';

/** Defines nothing but `_offer_rehearsal`, which leaves the host its function where there is cffi. It is a part of a module that is compiled once. */
export const REHEARSAL_SOURCE = `
def _offer_rehearsal(like):
    try:
        import _cffi_backend
    except ImportError:
        return
    import _codecs
    import _io
    import posix
    import sys
    from __pypy__ import hidden_applevel

    name = "/tmp/script.py"

    @hidden_applevel
    def rehearse():
        try:
            start = posix.open(name, posix.O_RDONLY)
            posix.read(start, 1 << 20).decode("utf-8", "surrogateescape")
            posix.close(start)
            arguments, raising, told = "script.py\\1posix.open posix.read\\1posix.close".split("\\1")
            for full_name in sorted({*raising.split(), *told.split()}):
                module_name, function_name = full_name.split(".")
                function = getattr(sys.modules.get(module_name), function_name, None)
                like(function, lambda *args, **kwargs: None)(arguments)
            posix.stat(name)
            for hook in sys.path_hooks:
                try:
                    hook(name)
                except ImportError:
                    pass
            posix.lstat(name)
            with open(name, "rb") as file:
                code = compile(file.read(), name, "exec", dont_inherit=True)
            out = _io.TextIOWrapper(_io.BufferedWriter(_io.FileIO(1, "w", closefd=False)), encoding="utf-8")
            exec(code, {"__name__": "__main__", "__builtins__": __builtins__, "out": out})
        except BaseException:
            pass

    @hidden_applevel
    def quiet(*error):
        return None

    ffi = _cffi_backend.FFI()
    function = ffi.callback("void(void)", rehearse, onerror=quiet)

    # Something that the interpreter itself holds for ever: the host knows the address only.
    def held(error, kept=(ffi, function)):
        raise error

    _codecs.register_error("sandtable-rehearsal", held)
    _cffi_backend.load_library("${PREFIX}%x" % int(ffi.cast("size_t", function)), 0)
`;
