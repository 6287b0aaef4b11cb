/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Units and signs, written once.
 *
 * Angles: 0 deg = legs in line with the torso, negative = hanging (about -90 deg),
 * positive = past the body line. All torques act about the hip axis and are positive in
 * the direction of lifting, so a resisting motor torque is negative and power is torque
 * times rate. Every name carries its unit; "m" before it means thousandths: _mdeg,
 * _mdps, _mnm (milli-newton-metre), _mn (milli-newton).
 */
#ifndef RH_UNITS_H
#define RH_UNITS_H

#define RH_NS_PER_S 1000000000LL
#define RH_NS_PER_MS 1000000LL
#define RH_NS_PER_US 1000LL
#define RH_MILLI 1000
#define RH_PI 3.14159265358979323846
#define RH_RAD_PER_DEG (RH_PI / 180.0)
#define RH_DEG_PER_RAD (180.0 / RH_PI)
/* Standard gravity as the trade uses it for "kilograms of load". */
#define RH_GRAVITY_MPS2 9.81

#endif
