"""Heart-rate straps over Bluetooth Low Energy.

`reader.BleHeart` is the live heart, `scan.scan` finds straps, `scan.check_bluetooth` says whether Bluetooth
works here, `wanted.Wanted` says which strap is meant. Nothing here interprets a payload: the core decodes.

    reader       retries for ever, says how the link stands
    connection   one connection's life: connect, subscribe, describe, watch, disconnect
    scan         what is around; is Bluetooth usable
    radio        the scanner, the time-outs, and the turns in which hearts of one process use the one radio
    report       events out
    timing       every duration, and the named back-offs
    faults       what can go wrong, in sentences, and what to do about it
    explain      from exceptions to faults
    wanted       plain data: which strap, and what was found
"""
