/*
 * Entry points that stand in relocation slots: each pushes its own index and lands in one of two common tails, which
 * store the six integer argument registers in order and call C with a pointer to them and the index. Both arrays have
 * 16 bytes an entry, so that entry n is at base + 16 * n. Nothing is generated at run time: no page is ever writable
 * and executable.
 */
#include "trampolines.h"

    .text

    .macro entries name, count, tail
    .globl \name
    .hidden \name
    .type \name, @object
    .balign 16
\name:
    .set index, 0
    .rept \count
    .balign 16
    endbr64
    .byte 0x68                  /* push imm32, always five bytes */
    .long index
    jmp \tail
    .set index, index + 1
    .endr
    .size \name, . - \name
    .endm

    .macro tail name, target
    .type \name, @function
\name:
    .cfi_startproc
    .cfi_def_cfa_offset 16
    push %r9
    push %r8
    push %rcx
    push %rdx
    push %rsi
    push %rdi
    .cfi_adjust_cfa_offset 48
    mov %rsp, %rdi
    mov 48(%rsp), %rsi
    call \target
    add $56, %rsp
    .cfi_adjust_cfa_offset -56
    ret
    .cfi_endproc
    .size \name, . - \name
    .endm

    entries call_entries, CALL_ENTRIES, call_tail
    entries denied_entries, DENIED_ENTRIES, denied_tail
    tail call_tail, call_from_entry
    tail denied_tail, denied_from_entry

    .section .note.GNU-stack, "", @progbits
