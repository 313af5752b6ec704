/**
 * What a forked interpreter does before anybody waits for it, as a part of `sitecustomize`; see the host's rehearsal.c.
 *
 * Everything in here happens in memory: one call to the outside, and the process would wait for ever. So it imports nothing that the interpreter's start
 * has not imported already.
 */

/** What the host takes the function by; the same stands in rehearsal.h. */
const PREFIX = 'sandtable-rehearsal:';

/** A program of the kind that beginners run, with what such programs use first. */
const PROGRAM = `import sys

def greet(name):
    return f'hello {name}'

print(greet('you'), len(sys.argv), file=out, flush=True)
`;

/** Defines and calls nothing but `_offer_rehearsal`, which leaves the host its function where there is cffi. */
export const REHEARSAL_SOURCE = `
def _offer_rehearsal(like):
    try:
        import _cffi_backend
    except ImportError:
        return
    import _codecs
    import _io
    import sys
    from __pypy__ import hidden_applevel

    @hidden_applevel
    def rehearse():
        try:
            arguments, raising, told = "script.py\\1posix.open posix.read\\1posix.close".split("\\1")
            for full_name in sorted({*raising.split(), *told.split()}):
                module_name, function_name = full_name.split(".")
                function = getattr(sys.modules.get(module_name), function_name, None)
                like(function, lambda *args, **kwargs: None)(arguments)
            with _io.BytesIO(${JSON.stringify(PROGRAM)}.encode()) as file:
                text = file.read()
            code = compile(text, "/tmp/script.py", "exec", dont_inherit=True)
            out = _io.TextIOWrapper(_io.BufferedWriter(_io.BytesIO()), encoding="utf-8", line_buffering=True)
            exec(code, {"__name__": "__main__", "out": out})
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
