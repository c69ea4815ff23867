/* Start of the Cortex-M4F: vectors, floating-point hardware on, then the C library's own start. */
#include <stdint.h>

void _start(void); /* newlib's crt0: clears .bss, opens semihosting, calls main */
void firmware_reset(void);
void firmware_fault(void);
void _init(void);
void _fini(void);
extern uint32_t __stack[];

void firmware_reset(void) {
    /* Coprocessors 10 and 11 are the floating-point unit; without this its first use faults. */
    volatile uint32_t *access_control = (volatile uint32_t *)0xE000ED88U;
    *access_control |= 0xFU << 20;
    __asm volatile("dsb\n isb");
    _start();
    for (;;) {
    }
}

/* Any fault: report through semihosting that the program ended with an error, then stay. */
void firmware_fault(void) {
    register uint32_t operation __asm("r0") = 0x18; /* SYS_EXIT */
    register uint32_t reason __asm("r1") = 0x20023; /* run-time error */
    __asm volatile("bkpt 0xab" : : "r"(operation), "r"(reason));
    for (;;) {
    }
}

/* crt0 calls these; there are no constructors. */
void _init(void) {
}
void _fini(void) {
}

typedef void (*vector)(void);

__attribute__((section(".vectors"), used)) static const vector vectors[16] = {
    (vector)(uintptr_t)__stack,
    firmware_reset,
    firmware_fault,
    firmware_fault,
    firmware_fault,
    firmware_fault,
    firmware_fault,
    0,
    0,
    0,
    0,
    firmware_fault,
    firmware_fault,
    0,
    firmware_fault,
    firmware_fault};
