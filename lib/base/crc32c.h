/*
 * crc32c - the Castagnoli CRC, to tell a torn file from a whole one.
 *
 * crc      0 at the start, then what the last call returned
 * source   RFC 3720 12.1 (polynomial 0x1EDC6F41, reflected 0x82F63B78)
 */
#ifndef BASE_CRC32C_H
#define BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

uint32_t crc32c(uint32_t crc, const void *p, size_t n);

#endif
